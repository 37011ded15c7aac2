"""People who do not exist, to try PIA Lara with. The same `seed` makes the same people."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from pialara_site.letters import plain

from .models import birthday
from .roles import Role, Status

PASSWORD = "pialara-demo"  # noqa: S105, known to everybody and only ever seeded with DEBUG
LOGINS = [
    (Role.ADMINISTRADOR, "admin@pialara.example"),
    (Role.TECNICO, "tecnico@pialara.example"),
    (Role.CLIENTE, "cliente@pialara.example"),
]

# How many people after a technician are their clients: as in a small centre, and beyond its size as
# in a large one.
CLIENTS = 20
MANY_CLIENTS = 500
SMALL = 2000

WOMEN = (
    "María Carmen Ana Isabel Laura Cristina Marta Dolores Lucía Pilar Elena Sara Paula Raquel "
    "Rosa Beatriz Julia Alba Irene Nuria Rocío Mónica Silvia Inés Begoña Andrea Noelia Aitana"
).split()
MEN = (
    "Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael "
    "Pedro Pablo Ángel Sergio Fernando Jorge Luis Alberto Álvaro Diego Adrián Raúl Iván Rubén Óscar"
).split()
SURNAMES = (
    "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz "
    "Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez "
    "Ramos Gil Ramírez Serrano Blanco Molina Suárez Castro Ortega Delgado Ortiz Marín Iglesias "
    "Núñez Peña Ibáñez Cuesta Vidal Campos Vega Fuentes Carrasco Aguilar Cabrera"
).split()
CONDITIONS = [
    "Afasia de Broca",
    "Afasia de Wernicke",
    "Afonía funcional",
    "Apraxia del habla",
    "Disartria espástica",
    "Disartria flácida",
    "Disfemia",
    "Disfonía espasmódica",
    "Disglosia",
    "Dislalia",
    "Laringectomía",
    "Parálisis cerebral con disartria",
    "Retraso del lenguaje",
]
FEMALE_RELATIONS = ["madre", "hermana", "hija", "pareja", "vecina"]
MALE_RELATIONS = ["padre", "hermano", "hijo", "pareja", "vecino"]


def people(count: int, seed: int, password: str, today: datetime) -> Iterator[dict]:
    """`count` users' documents: one administrator, then each technician before their clients.

    `password` is the hash that all share. The first one of each role has the email of LOGINS. A
    larger `count` continues a smaller one.
    """
    technician = None
    for number in range(count):
        chance = random.Random(f"{seed} {number}")  # noqa: S311, these are no secrets
        rol = _role(number)
        person = {
            **_person(chance, rol, number, seed, today),
            "rol": rol.value,
            "password": password,
        }
        if number < len(LOGINS):
            person |= {"email": LOGINS[number][1], "estado": Status.ACTIVO.value}
        if rol == Role.TECNICO:
            technician = person["email"]
        elif rol == Role.CLIENTE:
            person |= _client(chance, today)
            # A few clients have no technician yet.
            person["parent"] = None if number % 17 == 16 else technician
        yield person


def _role(number: int) -> Role:
    if number == 0:
        return Role.ADMINISTRADOR
    clients = CLIENTS if number <= SMALL else MANY_CLIENTS
    return Role.TECNICO if number % (clients + 1) == 1 else Role.CLIENTE


def _person(chance: random.Random, rol: Role, number: int, seed: int, today: datetime) -> dict:
    sexo = chance.choice("MMMMHHHHX")
    first = chance.choice({"M": WOMEN, "H": MEN}.get(sexo, WOMEN + MEN))
    names = [first, chance.choice(SURNAMES), chance.choice(SURNAMES)]
    added = today - timedelta(days=chance.randrange(700), seconds=chance.randrange(86400))
    logins = chance.choice([0, 0, 1, 3, 8, 20, 60])
    return {
        "email": f"{plain(names[0])}.{plain(names[1])}.{seed}.{number}@pialara.example",
        "nombre": " ".join(names),
        "parent": None,
        "estado": chance.choices(Status.values, (90, 6, 4))[0],
        "sexo": sexo if rol == Role.CLIENTE else None,
        "creado": added,
        "modificado": added,
        "accesos": logins,
        "ultimo_acceso": added + (today - added) * chance.random() if logins else None,
    }


def _client(chance: random.Random, today: datetime) -> dict:
    age = timedelta(days=365.25 * chance.triangular(4, 92, 58))
    born = (today - age).date()
    contacts = [_contact(chance, place) for place in range(chance.choice([0, 1, 1, 2]))]
    return {
        "fecha_nacimiento": birthday(born),
        "patologia": chance.choice(CONDITIONS),
        "contactos": contacts,
    }


def _contact(chance: random.Random, place: int) -> dict:
    first = chance.choice(WOMEN + MEN)
    return {
        "nombre": f"{first} {chance.choice(SURNAMES)}",
        "relacion": chance.choice(FEMALE_RELATIONS if first in WOMEN else MALE_RELATIONS),
        "telefono": f"6{chance.randrange(10**8):08d}",
        "email": "",
        "principal": place == 0,
    }
