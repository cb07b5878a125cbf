"""The municipality's own texts about the service: read by everybody, written by administrators."""
