"""Every schema a case has ever had, in order."""
