"""The words that rules know: occupations, kin, pets, verbs in the third person, and what opens a clause."""

from __future__ import annotations

OCCUPATIONS = frozenset(
    """
    accountant actor actress administrator advisor adviser advocate agent analyst anthropologist apprentice
    archaeologist architect artist assistant astronaut astronomer attorney auditor author baker banker barber
    barista bartender biologist bookkeeper botanist bricklayer broker builder butcher caregiver caretaker
    carpenter cashier chauffeur chef chemist cleaner clerk coach composer consultant contractor cook
    copywriter
    counselor counsellor courier curator dancer dentist designer detective developer dietitian director
    dispatcher doctor driver economist editor electrician engineer entrepreneur estimator farmer filmmaker
    firefighter fisherman florist forester freelancer gardener geologist goldsmith guard guide hairdresser
    historian housekeeper illustrator instructor interpreter investigator jeweller journalist judge juggler
    laborer lawyer lecturer librarian lifeguard linguist locksmith machinist magician manager mathematician
    mechanic midwife miner model musician nanny neurologist notary novelist nurse nutritionist optician
    orthodontist painter paralegal paramedic pastor pediatrician pharmacist philosopher photographer physician
    physicist physiotherapist pianist pilot plumber poet policeman policewoman politician porter postman
    potter priest principal producer professor programmer prosecutor psychiatrist psychologist psychotherapist
    publicist radiologist realtor receptionist recruiter referee reporter researcher roofer sailor salesman
    saleswoman salesperson scientist sculptor secretary seller shoemaker singer soldier solicitor specialist
    statistician steward stewardess student surgeon surveyor tailor teacher technician technologist therapist
    trader trainer translator tutor undertaker upholsterer urologist veterinarian vet waiter waitress
    watchmaker welder writer zoologist
    """.split()  # noqa: SIM905 (as a list it would fill five pages)
)
"""The last word of what somebody may be who says "I'm a …"; after "I work as a …" any words will do."""

DIETS = (
    "vegan|vegetarian|pescatarian|pescetarian|flexitarian|gluten[- ]free|dairy[- ]free|lactose[- ]intolerant"
    "|keto|kosher|halal|paleo|plant[- ]based"
)

PARTNERS = "partner|wife|husband|girlfriend|boyfriend|spouse|fianc[eé]e?"

KIN = (
    "sister|brother|mother|father|mom|mum|dad|son|daughter|child|cousin|aunt|uncle|grandmother|grandfather"
    "|grandma"
    "|grandpa|niece|nephew|friend|best friend|colleague|coworker|co-worker|boss|manager|roommate|flatmate"
    "|neighbou?r"
    "|landlord|landlady|doctor|dentist|therapist|teacher|tutor|twin|stepmother|stepfather|mother-in-law"
    "|father-in-law|sister-in-law|brother-in-law|twin sister|twin brother|older sister|younger sister"
    "|older brother"
    "|younger brother|big sister|little sister|big brother|little brother|boss|accountant|mentor|coach"
)
SINGLE_KIN = frozenset(
    {"mother", "father", "boss", "landlord", "landlady", "dentist", "best friend", "manager"}
)

PETS = "dog|cat|puppy|kitten|rabbit|hamster|parrot|horse|pony|tortoise|turtle|guinea pig|goldfish|bird|ferret"

HAVING = frozenset(
    {"car", "phone", "laptop", "bike", "boat", "house", "motorbike", "tablet", "computer", "camera"}
)
"""Things of which most people have one, so that a new one replaces the old."""

THIRD_PERSON = {
    "is": "am", "has": "have", "lives": "live", "works": "work", "speaks": "speak", "loves": "love",
    "likes": "like", "hates": "hate", "enjoys": "enjoy", "prefers": "prefer", "drives": "drive", "owns":
        "own",
    "studies": "study", "plays": "play", "dislikes": "dislike", "adores": "adore", "resides": "reside",
    "does": "do", "weighs": "weigh", "attends": "attend", "supports": "support", "collects": "collect",
    "moved": "moved", "joined": "joined", "became": "became", "got": "got", "turned": "turned", "started":
        "started",
    "relocated": "relocated", "married": "married", "was": "was", "quit": "quit", "left": "left", "stopped":
        "stopped",
    "grew": "grew", "comes": "come", "took": "took", "settled": "settled", "cannot": "cannot", "can": "can",
    "broke": "broke", "used": "used", "makes": "make", "no": "no", "gave": "gave", "uses": "use", "follows":
        "follow",
    "eats": "eat", "teaches": "teach", "lost": "lost", "sold": "sold",
}  # fmt: skip
"""A verb as others are said to do it, and as one says it of oneself: one table of patterns serves both."""

BASES = {
    "is": "be", "has": "have", "lives": "live", "works": "work", "speaks": "speak", "likes": "like",
    "dislikes": "dislike", "prefers": "prefer", "drives": "drive", "owns": "own", "studies": "study",
    "plays": "play", "does": "do", "supports": "support", "attends": "attend", "collects": "collect",
}  # fmt: skip
"""Verbs of our own sentences, as they follow "used to" and "does not"."""

CANONICAL = {
    "e-mail": "email", "email address": "email", "e-mail address": "email", "mail address": "email",
    "phone model": "phone", "mobile": "phone", "mobile phone": "phone", "smartphone": "phone", "cell phone":
        "phone",
    "telephone number": "phone number", "cell number": "phone number", "time zone": "timezone",
    "profession": "job", "occupation": "job", "day job": "job", "job title": "job", "company": "employer",
    "workplace": "employer", "home address": "address", "postal address": "address", "monthly budget":
        "budget",
    "alarm clock": "alarm", "house": "house", "dob": "birthday", "date of birth": "birthday", "due date":
        "deadline",
    "founder": "was founded by", "headquarter": "headquarters", "mom": "mother", "mum": "mother", "dad":
        "father",
    "colour": "colour", "color": "colour", "coworker": "colleague", "co-worker": "colleague", "neighbor":
        "neighbour",
    "roommate": "flatmate", "capital city": "capital", "ceo": "chief executive officer", "head office":
        "headquarters",
}  # fmt: skip
"""Other words for an attribute."""

NOT_NAMES = frozenset(
    """
    After All Also Although And Another Anything As At Because Before Being Both But By Each Either
    Every Everybody Everyone Everything For Friday From Going Having He Her Here His Home How I I'm I've
    If In It Its Just Let Life Many Maybe Mine Monday Most My Neither No Nobody Not Nothing Now Of Oh Ok
    Okay On Once One Or Other Our People Perhaps Please Rather Same Saturday She Since So Some Somebody
    Someone Something Sorry Such Sunday Sure Thanks That The Their Then There These They This Those
    Thursday Time To Today Tomorrow Tuesday We Wednesday Well What Whatever When Where While Who Whoever
    Why With Work Yes Yesterday You Your
    """.split()  # noqa: SIM905 (as a list it would fill pages)
)
"""Words that have a capital where they begin a sentence, and begin no name."""

NATIONS = frozenset(
    """
    African American Argentinian Asian Australian Austrian Belgian Brazilian British Buddhist Bulgarian
    Canadian Catholic Chilean Chinese Christian Colombian Croatian Czech Danish Dutch Egyptian English
    Estonian Ethiopian European Finnish French German Greek Hindu Hungarian Indian Iranian Iraqi Irish
    Israeli Italian Japanese Jewish Kenyan Korean Latvian Lebanese Lithuanian Mexican Moroccan Muslim
    Nigerian Norwegian Pakistani Peruvian Polish Portuguese Romanian Russian Scottish Serbian Slovak
    Spanish Swedish Swiss Syrian Turkish Ukrainian Vietnamese
    """.split()  # noqa: SIM905 (as a list it would fill pages)
)
"""What somebody may be without being called so."""
