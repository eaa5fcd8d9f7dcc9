"""`make bench`: compares what a user notices and AWS bills with the alternatives, over a simulated, distant AWS."""
