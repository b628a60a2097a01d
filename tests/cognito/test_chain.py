"""From sign-up to a copy, with everything real but Cognito itself, which is emulated. `make test-cognito` runs it."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.cognito
PASSWORD = "Collect-4-all!"


@pytest.fixture
def email():
    return f"{uuid.uuid4().hex[:12]}@example.com"


def sign_up(house, email):
    """As the app does, its device included; the person's subject."""
    answer = house.cognito.sign_up(
        ClientId=house.client,
        Username=email,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    return answer["UserSub"]


def confirm(house, email, **metadata):
    house.cognito.confirm_sign_up(
        ClientId=house.client, Username=email, ConfirmationCode=house.mailed_code(email), ClientMetadata=metadata
    )


def sign_in(house, email):
    """An ID token and an access token."""
    answer = house.cognito.initiate_auth(
        ClientId=house.client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    return answer["IdToken"], answer["AccessToken"]


def rows_of(house, sub):
    """The person's row in the database, with their devices, seen past the API."""
    program = (
        "import json; from users.models import User;"
        f"print(json.dumps([[u.email, u.status, u.is_staff, list(u.devices.values_list('platform', 'token'))]"
        f" for u in User.objects.filter(cognito_sub={sub!r})]))"
    )
    return json.loads(house.manage("shell", "-v0", "-c", program))


def test_from_sign_up_to_a_copy(house, email):
    sub = sign_up(house, email)
    assert rows_of(house, sub) == []

    confirm(house, email, fcm_device_token="example-token-of-a-phone", platform="ios")
    (event,) = [event for event in house.events() if event["request"]["userAttributes"]["sub"] == sub]
    assert (event["triggerSource"], event["userPoolId"]) == ("PostConfirmation_ConfirmSignUp", house.pool)
    ((kept, status, is_staff, devices),) = rows_of(house, sub)
    assert (kept, status, is_staff) == (email, "onboarding", False)
    assert devices == [["ios", "example-token-of-a-phone"]]

    for token in sign_in(house, email):
        me = house.call("GET", "/api/v1/users/me/", token)
        assert (me.status, me.body["email"]) == (200, email)

    _, access_token = sign_in(house, email)
    code = json.loads(house.manage("demo", "--json"))["code"]
    granted = house.call("POST", "/api/v1/redemptions/", access_token, {"code": code})
    assert granted.status == 201, granted.body
    assert granted.body["copy"]["mint"] > 0
    again = house.call("POST", "/api/v1/redemptions/", access_token, {"code": code})
    assert (again.status, again.body["errors"][0]["code"]) == (409, "already_redeemed")


def test_a_wrong_code_makes_nobody(house, email):
    sub = sign_up(house, email)
    wrong = "0" + house.mailed_code(email)

    with pytest.raises(ClientError, match="CodeMismatch"):
        house.cognito.confirm_sign_up(ClientId=house.client, Username=email, ConfirmationCode=wrong)

    assert rows_of(house, sub) == []


def test_a_new_password_changes_nothing_of_the_person(house, email):
    sub = sign_up(house, email)
    confirm(house, email)
    before = rows_of(house, sub)

    house.cognito.forgot_password(ClientId=house.client, Username=email)
    house.cognito.confirm_forgot_password(
        ClientId=house.client, Username=email, ConfirmationCode=house.mailed_code(email), Password=PASSWORD
    )

    assert house.events()[-1]["triggerSource"] == "PostConfirmation_ConfirmForgotPassword"
    assert rows_of(house, sub) == before


def test_whose_trigger_never_came_is_made_by_their_first_token(house, email):
    house.cognito.admin_create_user(
        UserPoolId=house.pool,
        Username=email,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
    )
    house.cognito.admin_set_user_password(UserPoolId=house.pool, Username=email, Password=PASSWORD, Permanent=True)

    id_token, _ = sign_in(house, email)
    me = house.call("GET", "/api/v1/users/me/", id_token)

    assert (me.status, me.body["email"]) == (200, email)


def test_a_token_of_another_app_client_is_refused(house, email):
    sign_up(house, email)
    confirm(house, email)
    other = house.cognito.create_user_pool_client(
        UserPoolId=house.pool, ClientName="other", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    answer = house.cognito.initiate_auth(
        ClientId=other, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD}
    )["AuthenticationResult"]

    for token in (answer["IdToken"], answer["AccessToken"]):
        refused = house.call("GET", "/api/v1/users/me/", token)
        assert (refused.status, refused.body["errors"][0]["code"]) == (401, "wrong_client")


def test_a_token_that_was_changed_is_refused(house, email):
    sign_up(house, email)
    confirm(house, email)
    _, token = sign_in(house, email)
    head, payload, signature = token.split(".")

    refused = house.call("GET", "/api/v1/users/me/", f"{head}.{payload}.{signature[::-1]}")

    assert (refused.status, refused.body["errors"][0]["code"]) == (401, "bad_signature")
