"""Who calls whom: the queue, the outcome of calls, and what an agent reads for them."""
