"""What becomes of each digest: publisher, editions in print, corrections, notices to the admins."""
