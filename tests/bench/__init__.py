"""`make bench`: what a user feels and AWS bills, next to what they would use instead, over AWS at a distance."""
