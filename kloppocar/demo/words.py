"""What things are called, in English and German. All names are invented."""

PARTS = [
    ("door", "Tür"),
    ("steering wheel", "Lenkrad"),
    ("gear knob", "Schaltknauf"),
    ("headlight", "Scheinwerfer"),
    ("hubcap", "Radkappe"),
    ("speedometer", "Tachometer"),
    ("bonnet", "Motorhaube"),
    ("rear mirror", "Rückspiegel"),
    ("piston", "Kolben"),
    ("number plate", "Nummernschild"),
]
COLLECTIONS = [  # English, German, the car it is about
    ("First Drive", "Erste Fahrt", "Kloppo 600"),
    ("Garage Finds", "Garagenfunde", "Kloppo Kombi"),
    ("Night Race", "Nachtrennen", "Kloppo Sprint"),
    ("Alpine Tour", "Alpentour", "Kloppo Gipfel"),
    ("Coast Road", "Küstenstraße", "Kloppo Cabrio"),
    ("Winter Camp", "Wintercamp", "Kloppo Polar"),
    ("Workshop", "Werkstatt", "Kloppo Transporter"),
    ("Blueprints", "Blaupausen", "Kloppo Prototype 7"),
    ("Test Track", "Teststrecke", "Kloppo GT"),
    ("Paint Shop", "Lackiererei", "Kloppo Pop"),
    ("Rally Days", "Rallyetage", "Kloppo Rally"),
    ("Summer Show", "Sommerschau", "Kloppo Coupé"),
]
PROJECTS = [  # English, German, place
    ("Roadshow", "Roadshow", "On tour"),
    ("Museum", "Museum", "Old Hall"),
    ("Race series", "Rennserie", "Test track"),
]
SPONSORS = [  # English, German, what they say in English and German
    ("Old Hall Museum", "Museum Alte Halle", "Keep it running.", "Haltet ihn am Laufen."),
    ("Wheels for Schools", "Räder für Schulen", "Every part helps a class.", "Jedes Teil hilft einer Klasse."),
    ("Voices of the Road", "Stimmen der Straße", "We have driven it ourselves.", "Wir sind ihn selbst gefahren."),
]
RANKS = [  # points, English, German
    (0, "Passenger", "Beifahrer"),
    (50, "Driver", "Fahrer"),
    (200, "Racer", "Rennfahrer"),
    (1_000, "Legend", "Legende"),
]


def texts(english: str, german: str) -> dict[str, str]:
    return {"en": english, "de": german}
