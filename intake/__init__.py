"""The one door: pages of an exchange and files of an owner are kept, mapped, merged and credited here."""
