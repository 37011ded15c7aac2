"""Rules that hold when two people act at once: threads that start together, many times."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from bson import ObjectId

from accounts import audit, contacts, lifecycle, users
from accounts.audit import Actor
from accounts.roles import Role
from conftest import logged_in
from mflix.comments import comments
from mflix.comments import delete as delete_comment
from mflix.tests.mothers import a_comment, a_movie
from tests.mothers import a_client, a_technician, an_administrator, document_of

ROUNDS = range(6)
REFUSED = (
    lifecycle.EmailTaken,
    lifecycle.LastAdministrator,
    lifecycle.NoSuchTechnician,
    users.NoSuchUser,
    users.ChangedMeanwhile,
)
SOMEBODY = Actor("Somebody", "somebody@example.org")


def at_once(*actions: Callable) -> list:
    """What each action returned, or the refusal it raised, when all started together."""
    barrier = Barrier(len(actions))

    def run(action):
        barrier.wait()
        try:
            return action()
        except REFUSED as refusal:
            return refusal

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def refusals(results: list) -> list[type]:
    return [type(result) for result in results if isinstance(result, Exception)]


def actor_of(user) -> Actor:
    return Actor(user.nombre, user.email, user.pk)


def active_administrators() -> int:
    return users.users.count_documents(users.ACTIVE_ADMINISTRATOR)


def fail(*args, **kwargs):
    raise RuntimeError("injected")


def deleted(technician):
    return lifecycle.delete(technician.pk, SOMEBODY)


def demoted(technician):
    return lifecycle.update(technician.pk, {"rol": Role.CLIENTE}, SOMEBODY)


LEAVING = [deleted, demoted]


# One account per email


@pytest.mark.parametrize("_round", ROUNDS)
def test_of_four_who_take_an_email_at_once_one_gets_it(_round):
    fields = {"nombre": "Eva", "email": "eva@example.org", "rol": Role.CLIENTE}
    results = at_once(*[lambda: lifecycle.create(fields)] * 4)
    assert refusals(results) == [lifecycle.EmailTaken] * 3
    assert users.users.count_documents({"email": "eva@example.org"}) == 1


def test_only_the_winner_of_an_email_is_in_the_audit_log():
    fields = {"nombre": "Eva", "email": "eva@example.org", "rol": Role.CLIENTE}
    at_once(*[lambda: lifecycle.create(fields)] * 4)
    assert audit.entries.count_documents({"action": "create"}) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_the_same_form_sent_twice_at_once_makes_one_user_and_no_error(_round):
    fields = {"nombre": "Eva", "email": "eva@example.org", "rol": Role.CLIENTE}
    made = a_client().pk  # any fresh id
    users.users.delete_one({"_id": made})
    results = at_once(*[lambda: lifecycle.create(fields, _id=made)] * 3)
    assert {user.pk for user in results} == {made}


def test_the_same_form_sent_again_meets_its_user_who_has_written_meanwhile():
    fields, made = {"nombre": "Eva", "email": "eva@example.org", "rol": Role.CLIENTE}, ObjectId()
    eva = lifecycle.create(fields, _id=made)
    a_comment(a_movie(), eva)
    assert lifecycle.create(fields, _id=made) == eva


@pytest.mark.parametrize("_round", ROUNDS)
def test_of_two_who_change_to_an_email_at_once_one_gets_it(_round):
    people = [a_client(), a_client()]
    wanted = {"email": "eva@example.org"}
    results = at_once(*[lambda p=p: lifecycle.update(p.pk, wanted, SOMEBODY) for p in people])
    assert refusals(results) == [lifecycle.EmailTaken]


@pytest.mark.parametrize("caller", ["admin", "tecnico"])
def test_loser_of_an_email_reads_a_sentence_at_the_field(request, caller):
    caller = request.getfixturevalue(caller)
    path = "/users/create/" if caller.user.is_administrator else "/clients/create/"
    a_client(email="eva@example.org")
    sent = {"nombre": "Eva", "email": "eva@example.org", "rol": "Cliente"}
    assert "email" in caller.post(path, sent).context["form"].errors


# What changes together


def creating(user, by):
    return lambda: lifecycle.create(
        {"nombre": "E", "email": "e@e.example", "rol": Role.CLIENTE}, by
    )


def editing(user, by):
    return lambda: lifecycle.update(user.pk, {"email": "e@e.example", "estado": "inactivo"}, by)


def setting_a_password(user, by):
    return lambda: lifecycle.set_password(user, "another one", by)


def changing_many(user, by):
    admin = actor_of(an_administrator())  # nobody else does it
    return lambda: lifecycle.change_many(
        [user.pk], {"estado": "inactivo"}, admin, lambda user: None
    )


def deleting(user, by):
    return lambda: lifecycle.delete(user.pk, by)


def adding_a_contact(user, by):
    contact = {"nombre": "Eva", "principal": True}
    return lambda: contacts.add(user.pk, contact, by, _id=ObjectId())


def removing_a_comment(user, by):
    comment = a_comment(a_movie(), user)
    return lambda: delete_comment(comment["_id"], by, None)


@pytest.mark.parametrize(
    "change",
    [
        creating,
        editing,
        setting_a_password,
        changing_many,
        deleting,
        adding_a_contact,
        removing_a_comment,
    ],
)
def test_all_that_a_change_writes_is_in_one_transaction(commands, change):
    technician = logged_in(a_technician()).user
    a_client(parent=technician.email)
    act = change(technician, SOMEBODY)
    with commands() as seen:
        act()
    writes = [each for each in seen if each.name in ("insert", "update", "delete", "findAndModify")]
    assert "insert audit_log" in map(str, writes)
    assert [str(each) for each in writes if each.body.get("autocommit") is not False] == []
    assert len({each.body["txnNumber"] for each in writes}) == 1


@pytest.mark.parametrize("change", [creating, editing, changing_many, deleting])
def test_all_that_a_change_relies_on_is_read_in_its_transaction(commands, change):
    technician = a_technician()
    a_client(parent=technician.email)
    act = change(technician, SOMEBODY)
    with commands() as seen:
        act()
    reads = [each for each in seen if each.name in ("find", "aggregate", "count")]
    assert reads
    assert [str(each) for each in reads if each.body.get("autocommit") is not False] == []


# A technician's email, their clients' parent and the comments


@pytest.fixture
def technician_with_traces():
    technician = a_technician(email="old@example.org")
    client = a_client(parent="old@example.org")
    comments.insert_one({"email": "old@example.org", "text": "Good"})
    return technician, client


def traces(technician, client) -> tuple:
    return (document_of(technician), document_of(client), comments.distinct("email"))


@pytest.mark.parametrize(
    "step",
    [
        "accounts.lifecycle._move_clients",
        "mflix.comments.change_author",
        "accounts.sessions.end_all",
        "accounts.audit.record",
    ],
)
def test_failure_in_the_middle_of_a_technicians_change_changes_nothing(
    technician_with_traces, monkeypatch, step
):
    technician, _client = technician_with_traces
    before = traces(*technician_with_traces)
    monkeypatch.setattr(step, fail)
    change = {"email": "new@example.org", "estado": "suspendido"}
    with pytest.raises(RuntimeError, match="injected"):
        lifecycle.update(technician.pk, change, SOMEBODY)
    assert traces(*technician_with_traces) == before


def test_taken_email_moves_neither_clients_nor_comments(technician_with_traces):
    a_client(email="new@example.org")
    technician, _client = technician_with_traces
    before = traces(*technician_with_traces)
    with pytest.raises(lifecycle.EmailTaken):
        lifecycle.update(technician.pk, {"email": "new@example.org"}, SOMEBODY)
    assert traces(*technician_with_traces) == before


@pytest.mark.parametrize("step", ["accounts.sessions.end_all", "accounts.audit.record"])
@pytest.mark.parametrize("leave", LEAVING)
def test_failure_in_the_middle_of_a_technicians_leaving_changes_nothing(
    technician_with_traces, monkeypatch, step, leave
):
    technician, _client = technician_with_traces
    before = traces(*technician_with_traces)
    monkeypatch.setattr(step, fail)
    with pytest.raises(RuntimeError, match="injected"):
        leave(technician)
    assert traces(*technician_with_traces) == before


@pytest.mark.parametrize("_round", ROUNDS)
def test_client_added_while_the_technicians_email_changes_is_not_lost(_round):
    technician = a_technician(email="old@example.org")
    fields = {"nombre": "Eva", "email": "eva@example.org", "rol": Role.CLIENTE}
    at_once(
        lambda: lifecycle.update(technician.pk, {"email": "new@example.org"}, SOMEBODY),
        lambda: lifecycle.create({**fields, "parent": "old@example.org"}),
    )
    assert users.users.count_documents({"parent": "old@example.org"}) == 0


# A technician leaves


@pytest.mark.parametrize("_round", ROUNDS)
@pytest.mark.parametrize("leave", LEAVING)
def test_client_assigned_while_the_technician_leaves_has_none_or_is_refused(leave, _round):
    technician, client = a_technician(), a_client()
    _left, assigned = at_once(
        lambda: leave(technician),
        lambda: lifecycle.update(client.pk, {"parent": technician.email}, SOMEBODY),
    )
    assert document_of(client)["parent"] is None
    assert isinstance(assigned, lifecycle.NoSuchTechnician) or assigned.parent == technician.email


@pytest.mark.parametrize("_round", ROUNDS)
def test_clients_assigned_in_bulk_while_the_technician_is_deleted_have_none(_round):
    technician, people = a_technician(), [a_client(), a_client()]
    by, ids = actor_of(an_administrator()), [person.pk for person in people]
    at_once(
        lambda: lifecycle.delete(technician.pk, SOMEBODY),
        lambda: lifecycle.change_many(ids, {"parent": technician.email}, by, lambda user: ""),
    )
    assert {document_of(person)["parent"] for person in people} == {None}


@pytest.mark.parametrize("_round", ROUNDS)
def test_technician_and_heir_deleted_at_once_leave_no_client_with_a_ghost(_round):
    technician, heir = a_technician(), a_technician()
    client = a_client(parent=technician.email)
    at_once(
        lambda: lifecycle.delete(technician.pk, SOMEBODY, clients_to=heir.email),
        lambda: lifecycle.delete(heir.pk, SOMEBODY),
    )
    parent = document_of(client)["parent"]
    assert parent is None or users.by_email(parent) is not None


@pytest.mark.parametrize("_round", ROUNDS)
def test_technician_deleted_by_two_at_once_is_deleted_once(_round):
    technician = a_technician()
    results = at_once(*[lambda: lifecycle.delete(technician.pk, SOMEBODY)] * 2)
    assert refusals(results) == [users.NoSuchUser]
    assert audit.entries.count_documents({"action": "delete"}) == 1


# The last administrator


def suspend(victim, by):
    return lambda: lifecycle.update(victim.pk, {"estado": "suspendido"}, actor_of(by))


def demote(victim, by):
    return lambda: lifecycle.update(victim.pk, {"rol": Role.TECNICO}, actor_of(by))


def delete(victim, by):
    return lambda: lifecycle.delete(victim.pk, actor_of(by))


def suspend_in_bulk(victim, by):
    fields = {"estado": "suspendido"}
    return lambda: lifecycle.change_many([victim.pk], fields, actor_of(by), lambda user: "")


WAYS = [suspend, demote, delete, suspend_in_bulk]


@pytest.mark.parametrize("_round", range(3))
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("other_way", WAYS)
def test_two_administrators_who_do_it_to_each_other_leave_one(way, other_way, _round):
    eva, luz = an_administrator(), an_administrator()
    results = at_once(way(eva, luz), other_way(luz, eva))
    assert active_administrators() == 1
    assert len(refusals(results)) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_three_administrators_who_do_it_in_a_circle_leave_one(_round):
    a, b, c = (an_administrator() for _n in range(3))
    at_once(delete(a, b), demote(b, c), suspend(c, a))
    assert active_administrators() >= 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_administrators_who_leave_at_once_leave_one(_round):
    eva, luz = an_administrator(), an_administrator()
    results = at_once(delete(eva, eva), delete(luz, luz))
    assert active_administrators() == 1
    assert refusals(results) == [lifecycle.LastAdministrator]


def test_two_administrators_over_http_leave_one(admin):
    other = logged_in(an_administrator())
    answers = at_once(
        lambda: admin.post(f"/users/{other.user.pk}/delete/"),
        lambda: other.post(f"/users/{admin.user.pk}/delete/"),
    )
    assert active_administrators() == 1
    assert {answer.status_code for answer in answers} <= {200, 302}


# Two editors


@pytest.mark.parametrize("_round", ROUNDS)
def test_of_two_who_saw_the_same_and_save_at_once_one_is_told(_round):
    user = a_client(nombre="Before")
    seen = users.version(user, ["nombre"])
    results = at_once(
        lambda: lifecycle.update(user.pk, {"nombre": "One"}, SOMEBODY, seen=seen),
        lambda: lifecycle.update(user.pk, {"nombre": "Two"}, SOMEBODY, seen=seen),
    )
    told = next(result for result in results if isinstance(result, Exception))
    assert told.user.nombre == document_of(user)["nombre"] != "Before"


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_who_change_different_fields_at_once_both_have_their_way(_round):
    user = a_client()
    at_once(
        lambda: lifecycle.update(user.pk, {"nombre": "Eva"}, SOMEBODY),
        lambda: lifecycle.update(user.pk, {"patologia": "Disartria"}, SOMEBODY),
    )
    doc = document_of(user)
    assert (doc["nombre"], doc["patologia"]) == ("Eva", "Disartria")
    assert audit.entries.count_documents({}) == 2
