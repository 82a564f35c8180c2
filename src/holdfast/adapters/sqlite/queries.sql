-- name: name_key
SELECT key FROM names WHERE tenant = ?1 AND kind = ?2 AND name = ?3

-- name: homes_of_tenant
SELECT key FROM homes
WHERE tenant_key = (SELECT key FROM names WHERE tenant = ?1 AND kind = 'tenant' AND name = ?1)

-- name: and_of_user
user_key = (SELECT key FROM names WHERE tenant = ?1 AND kind = 'user' AND name = ?)

-- name: and_of_agent
agent_key = (SELECT key FROM names WHERE tenant = ?1 AND kind = 'agent' AND name = ?)

-- name: and_of_session
key IN (
    SELECT home_key FROM scopes
    WHERE session_key = (SELECT key FROM names WHERE tenant = ?1 AND kind = 'session' AND name = ?)
)

-- name: scopes_of_session
SELECT key FROM scopes
WHERE session_key = (SELECT key FROM names WHERE tenant = ?1 AND kind = 'session' AND name = ?2)

-- name: scope_and_home
SELECT scopes.key, homes.key FROM scopes JOIN homes ON homes.key = scopes.home_key
WHERE homes.tenant_key = (SELECT key FROM names WHERE tenant = ?1 AND kind = 'tenant' AND name = ?1)
AND homes.user_key = iif(
    ?2 IS NULL, 0, (SELECT key FROM names WHERE tenant = ?1 AND kind = 'user' AND name = ?2)
)
AND homes.agent_key = iif(
    ?3 IS NULL, 0, (SELECT key FROM names WHERE tenant = ?1 AND kind = 'agent' AND name = ?3)
)
AND scopes.session_key = iif(
    ?4 IS NULL, 0, (SELECT key FROM names WHERE tenant = ?1 AND kind = 'session' AND name = ?4)
)

-- name: home_of_owner
SELECT key FROM homes
WHERE tenant_key = (SELECT key FROM names WHERE tenant = ?1 AND kind = 'tenant' AND name = ?1)
AND user_key = iif(
    ?2 IS NULL, 0, (SELECT key FROM names WHERE tenant = ?1 AND kind = 'user' AND name = ?2)
)
AND agent_key = iif(
    ?3 IS NULL, 0, (SELECT key FROM names WHERE tenant = ?1 AND kind = 'agent' AND name = ?3)
)

-- name: memory_columns
SELECT
    m.key, m.id, m.text, m.kind, m.tier, m.state, m.origin, m.trust, m.importance, m.metadata, m.version,
    m.valid_at, m.invalid_at, m.created_at, m.updated_at, m.expired_at, m.expires_at, m.accessed_at,
    m.access_count, m.useful_count, m.useless_count, m.subject, m.attribute, m.value, m.is_single, m.extractor,
    m.scope_key
FROM {memories} AS m

-- name: memories_then
(
    SELECT
        present.key, present.id, present.stamp, present.scope_key, present.home_key, present.origin, present.speaker,
        present.created_at, present.accessed_at, present.access_count, present.useful_count,
        present.useless_count,
        iif(past.version IS NULL, present.text, past.text) AS text,
        iif(past.version IS NULL, present.kind, past.kind) AS kind,
        iif(past.version IS NULL, present.tier, past.tier) AS tier,
        iif(past.version IS NULL, present.state, past.state) AS state,
        iif(past.version IS NULL, present.trust, past.trust) AS trust,
        iif(past.version IS NULL, present.importance, past.importance) AS importance,
        iif(past.version IS NULL, present.metadata, past.metadata) AS metadata,
        iif(past.version IS NULL, present.version, past.version) AS version,
        iif(past.version IS NULL, present.valid_at, past.valid_at) AS valid_at,
        iif(past.version IS NULL, present.invalid_at, past.invalid_at) AS invalid_at,
        iif(past.version IS NULL, present.updated_at, past.recorded_at) AS updated_at,
        iif(past.version IS NULL, present.expired_at, iif(past.deleted, past.recorded_at, NULL)) AS expired_at,
        iif(past.version IS NULL, present.expires_at, past.expires_at) AS expires_at,
        iif(past.version IS NULL, present.subject, past.subject) AS subject,
        iif(past.version IS NULL, present.attribute, past.attribute) AS attribute,
        iif(past.version IS NULL, present.value, past.value) AS value,
        iif(past.version IS NULL, present.is_single, past.is_single) AS is_single,
        iif(past.version IS NULL, present.extractor, past.extractor) AS extractor
    FROM memories AS present
    LEFT JOIN memory_versions AS past
    ON present.updated_at > ? AND past.memory_key = present.key AND past.version = (
        SELECT max(version) FROM memory_versions WHERE memory_key = present.key AND recorded_at <= ?
    )
    WHERE present.created_at <= ?
)

-- name: reworded
SELECT m.key FROM memories AS m
JOIN memory_versions AS past ON past.memory_key = m.key AND past.version = (
    SELECT max(version) FROM memory_versions WHERE memory_key = m.key AND recorded_at <= ?1
)
WHERE m.updated_at > ?1 AND m.created_at <= ?1 AND past.text <> m.text AND {reach}
ORDER BY m.updated_at DESC, m.key DESC LIMIT ?

-- name: names_of_scopes
SELECT scopes.key, tenant.name, user.name, agent.name, session.name
FROM json_each(?1) AS wanted
JOIN scopes ON scopes.key = wanted.value
JOIN homes ON homes.key = scopes.home_key
JOIN names AS tenant ON tenant.key = homes.tenant_key
LEFT JOIN names AS user ON user.key = homes.user_key
LEFT JOIN names AS agent ON agent.key = homes.agent_key
LEFT JOIN names AS session ON session.key = scopes.session_key

-- name: first_shown
SELECT m.key, m.id, m.stamp FROM json_each(?) AS wanted CROSS JOIN {memories} AS m ON m.key = wanted.value
WHERE {condition} ORDER BY wanted.rowid LIMIT ?

-- name: sources_of_memories
SELECT
    memory_sources.memory_key, episodes.id, memory_sources.position, messages.message_id, messages.role,
    messages.name, coalesce(messages.at, episodes.created_at)
FROM memory_sources
JOIN messages USING (episode_key, position)
JOIN episodes ON episodes.key = memory_sources.episode_key
WHERE memory_sources.memory_key IN (SELECT value FROM json_each(?1)) AND taken_off_at IS NULL
ORDER BY memory_sources.memory_key, memory_sources.episode_key, memory_sources.position

-- name: sources_of_memories_then
SELECT
    memory_sources.memory_key, episodes.id, memory_sources.position, messages.message_id, messages.role,
    messages.name, coalesce(messages.at, episodes.created_at)
FROM memory_sources
JOIN messages USING (episode_key, position)
JOIN episodes ON episodes.key = memory_sources.episode_key
WHERE memory_sources.memory_key IN (SELECT value FROM json_each(?1))
AND (taken_off_at IS NULL OR taken_off_at > ?2) AND episodes.created_at <= ?2
ORDER BY memory_sources.memory_key, memory_sources.episode_key, memory_sources.position

-- name: entities_of_memories
SELECT memory_entities.memory_key, entities.name
FROM memory_entities JOIN entities ON entities.key = memory_entities.entity_key
WHERE memory_entities.memory_key IN (SELECT value FROM json_each(?1))
ORDER BY memory_entities.memory_key, entities.key

-- name: known_memories
SELECT fingerprint, key FROM memories
WHERE scope_key = ?1 AND expired_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)
AND (invalid_at IS NULL OR invalid_at > ?3)
AND fingerprint IN (SELECT unhex(value) FROM json_each(?2))
ORDER BY key

-- name: is_worded
SELECT 1 FROM json_each(?) AS wanted JOIN memories ON memories.wording = wanted.value LIMIT 1

-- name: worded
SELECT m.wording, m.key FROM memories AS m
WHERE m.wording IN (SELECT value FROM json_each(?)) AND {reach}
ORDER BY m.key

-- name: standing
SELECT m.key, m.version FROM memories AS m
WHERE m.slot = ? AND m.expired_at IS NULL AND (m.expires_at IS NULL OR m.expires_at > ?) AND {reach}
ORDER BY m.key DESC LIMIT ?

-- name: versions_of_memory
SELECT
    version, event, text, importance, metadata, expires_at, deleted, recorded_at, reason, kind, tier, state, trust, valid_at, invalid_at,
    subject, attribute, value, is_single, extractor, change_id, made_by
FROM memory_versions WHERE memory_key = ?1 ORDER BY version

-- name: relations_of_memory
SELECT link.id, link.type, link.from_key, link.to_key, link.strength, link.created_at
FROM relations AS link
JOIN memories AS m ON m.key = iif(link.from_key = ?1, link.to_key, link.from_key)
WHERE (link.from_key = ?1 OR link.to_key = ?1) AND (?2 IS NULL OR link.type = ?2) AND m.expired_at IS NULL
AND {reach}
ORDER BY link.strength DESC, link.key DESC LIMIT ?

-- name: events_after
SELECT number, type, memory_id, at FROM outbox WHERE number > ?1 ORDER BY number LIMIT ?2

-- name: idempotent
SELECT body_digest, episode_id, outcome FROM idempotency WHERE scope_key = ?1 AND key = ?2

-- name: redaction_key
SELECT redaction_key FROM store

-- name: change_number_of_homes
SELECT coalesce(max(change_number), 0) FROM homes WHERE key IN ({homes})

-- name: stats
SELECT
    (SELECT count(*) FROM memories WHERE expired_at IS NULL),
    (SELECT count(*) FROM memories WHERE expired_at IS NOT NULL),
    (SELECT count(*) FROM episodes),
    (SELECT count(*) FROM messages),
    (SELECT count(*) FROM relations),
    (SELECT count(*) FROM names WHERE kind = 'user'),
    (SELECT change_number FROM store),
    (SELECT count(*) FROM jobs WHERE state IN ('pending', 'running')),
    (SELECT count(*) FROM jobs WHERE state = 'dead')

-- name: embedder
SELECT embedders.id, embedders.revision, embedders.dimension
FROM store JOIN embedders ON embedders.key = store.embedder_key

-- name: audit_links
SELECT number, at, action, target, items, link FROM audit ORDER BY number
