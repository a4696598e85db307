"""The minutes desk: from the agenda to entries of the ledger."""
