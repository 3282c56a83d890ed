"""What only some renderers know is rewritten in the Markdown that all know, line for line."""

from __future__ import annotations

import pytest

from bot.core.digest.dialects import common_markdown
from bot.core.digest.markdown import parse_markdown
from bot.core.digest.nodes import Heading, Piece
from bot.core.models import ListBlock, Quote, plain


@pytest.mark.parametrize(
    ("source", "common"),
    [
        ("## 模型 {#models .wide}", "## 模型"),
        ("## 模型 {#models} ##", "## 模型"),
        ("一句 {#话} 照旧", "一句 {#话} 照旧"),
        ('看[原文](https://a.test){:target="_blank"}', "看[原文](https://a.test)"),
        ("话\n{: .lead}", "话\n"),
        ("[TOC]\n话", "\n话"),
        ("见 [[归档/昨天|昨天的]] 和 [[前天]]", "见 昨天的 和 前天"),
        ("[[1]](https://a.test)", "[[1]](https://a.test)"),
        ("这很==重要==，a==b==c", "这很**重要**，a==b==c"),
        ("话{/* 给自己看 */}", "话"),
        ("> [!tip]- 怎么用\n> 打开网页。", "> **💡 怎么用**  \n> 打开网页。"),
        ("> [!NOTE]\n> 话", "> **📝 Note**  \n> 话"),
        (":::tip 怎么用\n打开网页。\n:::", "> **💡 怎么用**  \n> 打开网页。\n"),
        (":::warning[小心]\n贵。\n:::", "> **⚠️ 小心**  \n> 贵。\n"),
        ("::::steps\n## 一\n话\n::::", "\n## 一\n话\n"),
        (":::tip\n没有关上", "**💡 Tip**  \n没有关上"),
        ('!!! danger "别这样"\n    会算错。\n\n    真的。\n话', "> **⛔ 别这样**  \n> 会算错。\n>\n> 真的。\n话"),
        ('{{< callout type="info" >}}\n话\n{{< /callout >}}', "> **ℹ️ Info**  \n> 话\n"),
        ("{% note warning 小心 %}\n话\n{% endnote %}", "> **⚠️ 小心**  \n> 话\n"),
        ("{{< raw >}}\n    <p>话</p>\n{{< /raw >}}", "\n<p>话</p>\n"),
        ('{{< figure src="https://a.test/a.png" caption="图" >}}', "![图](https://a.test/a.png)"),
        ('{{< card link="https://a.test/a" title="卡" >}}', "[卡](https://a.test/a)"),
        ('看{{< hl "这里" >}}', "看这里"),
        (
            'import Tabs from \'@theme/Tabs\';\n\n<Tabs>\n<TabItem value="a" label="甲">\n话\n</TabItem>',
            "\n\n\n甲\n话\n",
        ),
        ('<LinkCard title="卡" href="https://a.test/a" />', "[卡](https://a.test/a)"),
        ("import 的关税又涨了", "import 的关税又涨了"),
        ("<Br>\n用 <Think> 标签", "<Br>\n用 <Think> 标签"),
        ("`{{< raw >}}` 和 `[[x]]`", "`{{< raw >}}` 和 `[[x]]`"),
        ("```\n:::tip\n```", "```\n:::tip\n```"),
    ],
)
def test_rewritten_in_common_markdown(source: str, common: str) -> None:
    """Marks that their own renderer never shows go, titles and words stay, code is left alone."""
    assert common_markdown(source) == common
    assert common_markdown(source).count("\n") == source.count("\n")


def test_box_is_a_quote_under_its_title() -> None:
    """A box is read as one quote, whatever stands in it; headings in it stay headings."""
    nodes = parse_markdown(":::tip 怎么用\n- 一\n- 二\n:::\n\n:::group\n## 节\n:::\n").nodes

    assert [type(node) for node in nodes] == [Piece, Heading]
    assert isinstance(quote := nodes[0].block, Quote)  # type: ignore[union-attr]
    assert plain(quote.blocks[0].inline) == "💡 怎么用"  # type: ignore[union-attr]
    assert isinstance(quote.blocks[1], ListBlock)


@pytest.mark.parametrize(
    "bomb",
    [
        "{{< " + " " * 100_000,
        ":::" + " " * 100_000 + "a:b",
        "# " + " " * 100_000 + "{#a}x",
        "!!! a" + " " * 100_000 + '"x" y "',
        ":::tip\n" * 1_400 + ":::\n" * 1_400,
    ],
)
def test_marks_without_end_leave_the_size_in_bounds(bomb: str) -> None:
    """Boxes within boxes are quotes to a depth of three, so that no text grows by more than its lines."""
    assert len(common_markdown(bomb)) <= len(bomb) + 16 * (bomb.count("\n") + 1)
