"""How records get into a process's file: queue, batches, epochs, and what happens when the disk does not take them."""
