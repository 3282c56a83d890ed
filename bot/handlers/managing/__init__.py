"""The admins' desk: broadcasts, campaigns, figures, previews."""
