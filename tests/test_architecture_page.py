"""docs/architecture.md shows every room there is."""

from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_module_and_room_is_on_the_page() -> None:
    """What stands at the top of bot/, and the rooms within the core."""
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    top = [path for path in (ROOT / "bot").iterdir() if not path.name.startswith(("__init__", "__pycache__"))]
    names = [path.name if path.suffix else f"{path.name}/" for path in top if path.is_dir() or path.suffix == ".py"]
    rooms = [path.name for path in (ROOT / "bot/core").iterdir() if path.is_dir() and path.name != "__pycache__"]

    assert [name for name in names if name not in page] == []
    assert [room for room in rooms if room not in page] == []
