"""What an agent did, call by call in time order, with what each took and cost."""
