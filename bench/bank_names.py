"""Whom a made-up school pays, who pays it, and what for."""

from __future__ import annotations

SHOPS = (
    "Librairie le Passage", "Papeterie Centrale", "Cars Meunier", "Autocars Delmas", "Boulangerie Petit",
    "Jardinerie Verte", "Compagnie du Tilleul", "Cinéma Rex", "Piscine Intercommunale",
    "Ferme des Trois Vallées", "Musée de la Mine",
    "Bricolage Durance", "Imprimerie Lacombe", "Photo Scolaire Martin", "Jeux et Cour", "Supermarché du Pont",
    "Revue des Petits", "Théâtre des Marionnettes", "Informatique Plus", "Chocolaterie des Halles", "Escalade Roc",
    "Poney Club de l'Étang", "Association Sciences en Herbe", "Costumes et Fêtes", "Sport Nature",
)  # fmt: skip
GOODS = ("cahiers", "sortie CP", "spectacle CM1", "transport", "livres", "goûter", "graines", "fête", "jeux de cour",
          "classe découverte", "impression du journal", "abonnement", "matériel", "entrées GS-CP")  # fmt: skip
FAMILIES = (
    "Durand", "Martin", "Lefèvre", "Nguyen", "Benali", "Moreau", "Garcia", "Rousseau", "Fontaine", "Diallo",
    "Chevalier", "Robin", "Masson", "Sanchez", "Muller", "Henry", "Roussel", "Nicolas", "Perrin", "Morin", "Mathieu",
    "Clément",
    "Gauthier", "Dumont", "Lopez", "Faure", "Blanc", "Traoré", "Kowalski", "Ferreira",
)  # fmt: skip
PAYERS = ("Mairie", "Conseil départemental", "Association des parents", "OCCE départemental", "Coopérative voisine")
SALES = (
    "Vente de gâteaux",
    "Photos de classe",
    "Marché de Noël",
    "Kermesse",
    "Tombola",
    "Vente de calendriers",
    "Loto",
)
