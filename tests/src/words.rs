//! Word lists of our own, for mails that look like mails.

/// First and last names of the people who write, with the local parts of their addresses.
pub(crate) const PEOPLE: [(&str, &str); 40] = [
    ("Alma Berger", "alma"),
    ("Anton Kowal", "anton.kowal"),
    ("Beate Lindqvist", "beate"),
    ("Chidi Okonjo", "chidi"),
    ("Clara Vogel", "clara.vogel"),
    ("Dario Fontana", "dario"),
    ("Dunja Petrovic", "dunja"),
    ("Elif Aydin", "elif"),
    ("Emil Sørensen", "emil.s"),
    ("Fatou Diallo", "fatou"),
    ("Frieda Holm", "frieda"),
    ("Gil Navarro", "gil"),
    ("Greta Aalto", "greta.aalto"),
    ("Hana Novak", "hana"),
    ("Ivo Marin", "ivo"),
    ("Jonas Weber", "jonas.weber"),
    ("Juno Park", "juno"),
    ("Katya Orlova", "katya"),
    ("Lea Martin", "lea"),
    ("Liam O'Neill", "liam.oneill"),
    ("Lucía Ortega", "lucia"),
    ("Maël Girard", "mael"),
    ("Mina Tanaka", "mina"),
    ("Nadia Rahman", "nadia"),
    ("Nils Bakke", "nils"),
    ("Olga Zielinska", "olga"),
    ("Omar Haddad", "omar"),
    ("Paula Reis", "paula.reis"),
    ("Piet de Wit", "piet"),
    ("Quentin Roche", "quentin"),
    ("Rana Saleh", "rana"),
    ("Rolf Steiner", "rolf"),
    ("Sara Lund", "sara"),
    ("Selim Kaya", "selim"),
    ("Tomás Silva", "tomas"),
    ("Ulla Nyman", "ulla"),
    ("Vera Klein", "vera"),
    ("Wim Jacobs", "wim"),
    ("Yara Haddad", "yara"),
    ("Zoe Palmer", "zoe"),
];

/// Domains of people; reserved names all.
pub(crate) const DOMAINS: [&str; 7] = [
    "post.example",
    "mail.example.net",
    "verein.example",
    "uni.example.edu",
    "familie.example.org",
    "werkstatt.example.com",
    "bücher.example",
];

/// What mails are about.
pub(crate) const SUBJECTS: [&str; 24] = [
    "Saturday",
    "the roof of the shed",
    "train at seven",
    "photos from the lake",
    "minutes of the meeting",
    "your book",
    "bread for the party",
    "bicycle repair",
    "choir on Tuesday",
    "draft, second version",
    "key to the garden",
    "the old piano",
    "rain and plans",
    "invoice for the paint",
    "a question about maps",
    "who brings the tent",
    "the cat again",
    "new telephone number",
    "seeds for spring",
    "tickets",
    "thanks",
    "soup recipe",
    "the bridge is closed",
    "Grüße aus dem Urlaub",
];

/// Beginnings of sentences.
pub(crate) const OPENINGS: [&str; 12] = [
    "I have thought about it and",
    "As we said on the telephone,",
    "If nothing comes between,",
    "My neighbour tells me that",
    "Just so that you know:",
    "It is late already, but",
    "After the rain of last week",
    "Between you and me,",
    "Honestly,",
    "When you are back,",
    "The others agree that",
    "Unless you object,",
];

/// Ends of sentences.
pub(crate) const ENDINGS: [&str; 16] = [
    "we should take the earlier train.",
    "the ladder is still in your cellar.",
    "I can bring two loaves and the cheese.",
    "the second page needs another look.",
    "somebody must feed the cat.",
    "the lake is warm enough by now.",
    "I have put the photos on the shelf.",
    "the bill is lower than we feared.",
    "Thursday is better for all of us.",
    "the piano goes to the school.",
    "there is a hole in the tent.",
    "I would rather walk over the hill.",
    "the soup wants more pepper.",
    "nobody has found the key yet.",
    "it works better without the middle part.",
    "the choir sings without me this time.",
];

/// Programs without the field.
pub(crate) const PLAIN_AGENTS: [&str; 5] = [
    "Courier Pigeon 4.1 (Windows)",
    "WebPost/2018.11",
    "Telemail for Tablets 9",
    "Brieftaube 3.2",
    "Postilion 1.0.7",
];

/// Programs with it.
pub(crate) const KEY_AGENTS: [&str; 4] =
    ["Sealwax 2.4", "Postbote 78.3 (Linux)", "K-Brief 6.1 (mobile)", "Mailtrommel 1.12"];

/// The user's own folders of mailing lists, with their posters' domain.
pub(crate) const LISTS: [(&str, &str); 3] = [
    ("Garden Friends", "garden@lists.verein.example"),
    ("Choir Practice", "choir@lists.verein.example"),
    ("dev", "dev@lists.werkstatt.example.com"),
];

/// Senders of newsletters.
pub(crate) const NEWSLETTERS: [(&str, &str); 4] = [
    ("Bücherkiste", "news@bücherkiste.example"),
    ("Bahn & Berg", "tickets@bahnberg.example"),
    ("Weekly Weather", "no-reply@weather.example.net"),
    ("Town Library", "reminder@library.example.org"),
];
