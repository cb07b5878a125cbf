"""Reports about a plan to the committees: gathered, told, reviewed, frozen, decided on."""
