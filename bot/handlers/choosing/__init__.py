"""What readers choose: subscription, tags, words, watch-words, settings, their data."""
