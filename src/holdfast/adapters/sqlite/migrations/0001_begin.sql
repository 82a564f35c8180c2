-- The first schema. Times are microseconds since 1970 in UTC; ids are the 16 bytes of a UUIDv7;
-- keys are this file's own numbers and never leave it.

CREATE TABLE embedders (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    revision TEXT NOT NULL,
    dimension INTEGER NOT NULL CHECK (dimension > 0),
    UNIQUE (id, revision, dimension)
) STRICT;

CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    change_number INTEGER NOT NULL,
    embedder_key INTEGER REFERENCES embedders (key),
    redaction_key BLOB NOT NULL CHECK (length(redaction_key) = 32)
) STRICT;
INSERT INTO store VALUES (1, 0, NULL, randomblob(32));

-- Names of users, agents and sessions, once each.
CREATE TABLE names (
    key INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('tenant', 'user', 'agent', 'session')),
    name TEXT NOT NULL,
    UNIQUE (tenant, kind, name)
) STRICT;

-- A home is a scope without its session: what is loaded together. 0 stands for an id that is not given.
-- The keys of homes and scopes are never given to others, so that a process may remember them.
-- Whoever holds a home in memory reads its judgements, and what has ceased to be true, again when ``feedback``
-- has moved, and nothing else.
CREATE TABLE homes (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_key INTEGER NOT NULL REFERENCES names (key),
    user_key INTEGER NOT NULL,
    agent_key INTEGER NOT NULL,
    change_number INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    feedback INTEGER NOT NULL DEFAULT 0,
    loose_vectors INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant_key, user_key, agent_key)
) STRICT;
CREATE INDEX homes_by_agent ON homes (agent_key);

CREATE TABLE scopes (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    home_key INTEGER NOT NULL REFERENCES homes (key),
    session_key INTEGER NOT NULL,
    UNIQUE (home_key, session_key)
) STRICT;
CREATE INDEX scopes_by_session ON scopes (session_key);

-- What was said, word for word.
CREATE TABLE episodes (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    scope_key INTEGER NOT NULL REFERENCES scopes (key),
    created_at INTEGER NOT NULL,
    metadata TEXT
) STRICT;

CREATE TABLE messages (
    episode_key INTEGER NOT NULL REFERENCES episodes (key),
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    name TEXT,
    message_id TEXT,
    at INTEGER,
    content TEXT NOT NULL,
    origin TEXT,
    PRIMARY KEY (episode_key, position)
) STRICT, WITHOUT ROWID;

-- What is remembered. A fact has a slot, the digest of its subject and attribute. ``thread`` is the conversation
-- that a memory is a turn of: the key of its scope when that has a session, else minus the key of its episode.
-- ``stamp`` grows whenever what a read returns of the memory has changed, so that whoever holds it knows.
CREATE TABLE memories (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    scope_key INTEGER NOT NULL REFERENCES scopes (key),
    home_key INTEGER NOT NULL REFERENCES homes (key),
    thread INTEGER NOT NULL,
    kind TEXT NOT NULL,
    tier TEXT NOT NULL,
    state TEXT NOT NULL,
    origin TEXT NOT NULL,
    trust REAL NOT NULL CHECK (trust BETWEEN 0 AND 1),
    importance REAL NOT NULL CHECK (importance BETWEEN 0 AND 1),
    speaker TEXT,
    text TEXT NOT NULL,
    metadata TEXT,
    version INTEGER NOT NULL CHECK (version > 0),
    valid_at INTEGER NOT NULL,
    invalid_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expired_at INTEGER,
    expires_at INTEGER,
    accessed_at INTEGER,
    access_count INTEGER NOT NULL DEFAULT 0,
    useful_count INTEGER NOT NULL DEFAULT 0 CHECK (useful_count >= 0),
    useless_count INTEGER NOT NULL DEFAULT 0 CHECK (useless_count >= 0),
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 16),
    wording INTEGER NOT NULL,
    slot BLOB CHECK (length(slot) = 16),
    subject TEXT,
    attribute TEXT,
    value TEXT,
    is_single INTEGER CHECK (is_single IN (0, 1)),
    extractor TEXT,
    stamp INTEGER NOT NULL DEFAULT 0,
    CHECK ((slot IS NULL) = (subject IS NULL) AND (slot IS NULL) = (attribute IS NULL)),
    CHECK ((slot IS NULL) = (value IS NULL) AND (slot IS NULL) = (is_single IS NULL)),
    CHECK ((slot IS NULL) = (extractor IS NULL))
) STRICT;
CREATE INDEX memories_by_slot ON memories (home_key, slot) WHERE slot IS NOT NULL;
CREATE INDEX memories_by_home ON memories (home_key);
CREATE INDEX memories_with_feedback ON memories (home_key, key, useful_count, useless_count, accessed_at)
WHERE useful_count > 0 OR useless_count > 0;
CREATE INDEX memories_that_ended ON memories (home_key) WHERE invalid_at IS NOT NULL;
CREATE INDEX memories_by_wording ON memories (wording);
CREATE INDEX memories_by_fingerprint ON memories (fingerprint, scope_key);

CREATE TRIGGER stamp_of_a_changed_memory AFTER UPDATE ON memories WHEN NEW.stamp = OLD.stamp BEGIN
    UPDATE memories SET stamp = stamp + 1 WHERE key = NEW.key;
END;

CREATE TABLE memory_sources (
    memory_key INTEGER NOT NULL REFERENCES memories (key),
    episode_key INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (memory_key, episode_key, position),
    FOREIGN KEY (episode_key, position) REFERENCES messages (episode_key, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_sources_by_message ON memory_sources (episode_key, position);

-- Every content of a memory that was ever changed, the present one included. A memory without rows here
-- is still what it was at first.
CREATE TABLE memory_versions (
    memory_key INTEGER NOT NULL REFERENCES memories (key),
    version INTEGER NOT NULL,
    event TEXT NOT NULL,
    text TEXT NOT NULL,
    importance REAL NOT NULL,
    metadata TEXT,
    expires_at INTEGER,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    recorded_at INTEGER NOT NULL,
    reason TEXT,
    kind TEXT NOT NULL,
    trust REAL NOT NULL CHECK (trust BETWEEN 0 AND 1),
    made_by TEXT,
    PRIMARY KEY (memory_key, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE entities (
    key INTEGER PRIMARY KEY,
    home_key INTEGER NOT NULL REFERENCES homes (key),
    folded TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (home_key, folded)
) STRICT;

CREATE TABLE memory_entities (
    memory_key INTEGER NOT NULL REFERENCES memories (key),
    entity_key INTEGER NOT NULL REFERENCES entities (key),
    PRIMARY KEY (memory_key, entity_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_entities_by_entity ON memory_entities (entity_key);

CREATE TABLE relations (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    type TEXT NOT NULL,
    from_key INTEGER NOT NULL REFERENCES memories (key),
    to_key INTEGER NOT NULL REFERENCES memories (key),
    strength REAL NOT NULL CHECK (strength > 0 AND strength <= 1),
    created_at INTEGER NOT NULL,
    UNIQUE (from_key, type, to_key)
) STRICT;
CREATE INDEX relations_by_target ON relations (to_key);

-- Vectors are float16. New ones lie loose; a home's loose vectors are packed into a block when they fill one.
CREATE TABLE loose_vectors (
    embedder_key INTEGER NOT NULL REFERENCES embedders (key),
    home_key INTEGER NOT NULL REFERENCES homes (key),
    memory_key INTEGER NOT NULL REFERENCES memories (key),
    vector BLOB NOT NULL,
    PRIMARY KEY (embedder_key, home_key, memory_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE vector_blocks (
    key INTEGER PRIMARY KEY,
    embedder_key INTEGER NOT NULL REFERENCES embedders (key),
    home_key INTEGER NOT NULL REFERENCES homes (key),
    last_memory_key INTEGER NOT NULL,
    memory_keys BLOB NOT NULL,
    vectors BLOB NOT NULL,
    UNIQUE (embedder_key, home_key, last_memory_key)
) STRICT;

-- Vectors of the next embedder, made from this version of the memory, that wait for the switch.
CREATE TABLE renewed_vectors (
    memory_key INTEGER PRIMARY KEY REFERENCES memories (key),
    embedder_key INTEGER NOT NULL REFERENCES embedders (key),
    version INTEGER NOT NULL,
    vector BLOB NOT NULL
) STRICT;

-- What the indexes in memory are built from, beside the vectors: the turns of a home, with what ranking asks of
-- each. holdfast_terms(speaker, text) gives the words as numbers and holdfast_traits(origin, text, trust) what can be
-- seen at a glance, so that a home is read without reading a text.
-- A new epoch tells every process that what it holds of the home is no longer so.
CREATE TABLE turns (
    home_key INTEGER NOT NULL REFERENCES homes (key),
    memory_key INTEGER NOT NULL REFERENCES memories (key),
    thread INTEGER NOT NULL,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    speaker TEXT,
    at INTEGER NOT NULL,
    traits INTEGER NOT NULL,
    importance REAL NOT NULL,
    trust REAL NOT NULL,
    terms BLOB NOT NULL,
    PRIMARY KEY (home_key, memory_key)
) STRICT, WITHOUT ROWID;

-- The same turns again, so many at a time in one row: a home of 100,000 is read in a third of the time. A change of
-- a turn drops the block that holds it, and its turns are read one by one until they are packed anew.
-- ``before_key`` is the turn of the home before the first, 0 where there is none.
CREATE TABLE turn_blocks (
    key INTEGER PRIMARY KEY,
    home_key INTEGER NOT NULL REFERENCES homes (key),
    before_key INTEGER NOT NULL,
    last_key INTEGER NOT NULL,
    turns BLOB NOT NULL,
    speakers TEXT NOT NULL,
    terms BLOB NOT NULL,
    UNIQUE (home_key, last_key)
) STRICT;

CREATE TRIGGER turn_of_a_new_memory AFTER INSERT ON memories BEGIN
    INSERT INTO turns (
        home_key, memory_key, thread, deleted, speaker, at, traits, importance, trust, terms
    ) VALUES (
        NEW.home_key, NEW.key, NEW.thread, NEW.expired_at IS NOT NULL, NEW.speaker, NEW.valid_at,
        holdfast_traits(NEW.origin, NEW.text, NEW.trust), NEW.importance, NEW.trust, holdfast_terms(NEW.speaker, NEW.text)
    );
END;

CREATE TRIGGER turn_of_a_changed_memory AFTER UPDATE OF text, speaker, valid_at, importance, trust, expired_at
ON memories
WHEN NEW.text <> OLD.text OR NEW.speaker IS NOT OLD.speaker OR NEW.valid_at <> OLD.valid_at
OR NEW.importance <> OLD.importance OR NEW.trust <> OLD.trust
OR (NEW.expired_at IS NULL) <> (OLD.expired_at IS NULL) BEGIN
    UPDATE turns SET
        deleted = NEW.expired_at IS NOT NULL,
        speaker = NEW.speaker,
        at = NEW.valid_at,
        traits = holdfast_traits(NEW.origin, NEW.text, NEW.trust),
        importance = NEW.importance,
        trust = NEW.trust,
        terms = holdfast_terms(NEW.speaker, NEW.text)
    WHERE home_key = NEW.home_key AND memory_key = NEW.key;
    DELETE FROM turn_blocks WHERE home_key = NEW.home_key AND last_key >= NEW.key AND before_key < NEW.key;
    UPDATE homes SET epoch = epoch + 1 WHERE key = NEW.home_key;
END;

CREATE TRIGGER turn_of_a_removed_memory BEFORE DELETE ON memories BEGIN
    DELETE FROM turns WHERE home_key = OLD.home_key AND memory_key = OLD.key;
    DELETE FROM turn_blocks WHERE home_key = OLD.home_key AND last_key >= OLD.key AND before_key < OLD.key;
    UPDATE homes SET epoch = epoch + 1 WHERE key = OLD.home_key;
END;

-- Work that outlives a process. ``due_at`` is when a pending job may be begun and when the lease of a running one
-- ends: either way it may be claimed then. The token tells whose the job is. Of the unfinished jobs of a lane the
-- first is not blocked, and all others are.
CREATE TABLE jobs (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    lane TEXT,
    only_one TEXT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'dead')),
    blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    losses INTEGER NOT NULL DEFAULT 0 CHECK (losses >= 0),
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    token BLOB,
    error_code TEXT,
    error_message TEXT,
    CHECK ((state = 'running') <= (token IS NOT NULL)),
    CHECK (blocked <= (state = 'pending'))
) STRICT;
CREATE INDEX jobs_to_claim ON jobs (kind, due_at, key) WHERE state IN ('pending', 'running') AND blocked = 0;
CREATE INDEX jobs_of_lane ON jobs (kind, lane, key) WHERE state IN ('pending', 'running') AND lane IS NOT NULL;
CREATE INDEX jobs_that_are_only ON jobs (kind, only_one)
WHERE state IN ('pending', 'running') AND only_one IS NOT NULL;
CREATE INDEX jobs_by_state ON jobs (state, key);

-- What happened. The last row always stays: the next event is numbered from it.
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    memory_id BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Who has had all events up to which number.
CREATE TABLE subscribers (
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Each link is the digest of the one before it and of its own fields, so that no row can be changed or
-- taken out unseen. It names things and never quotes them.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    target BLOB NOT NULL,
    items INTEGER NOT NULL,
    link BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;

CREATE TABLE idempotency (
    number INTEGER PRIMARY KEY,
    scope_key INTEGER NOT NULL REFERENCES scopes (key),
    key TEXT NOT NULL,
    body_digest BLOB NOT NULL,
    episode_id BLOB NOT NULL,
    outcome TEXT NOT NULL,
    UNIQUE (scope_key, key)
) STRICT;
