"""The secretariat's pages of a round: opened, looked over, judged, chased, locked."""
