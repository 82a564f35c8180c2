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
FROM memories AS m

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
SELECT m.key, m.id, m.stamp FROM json_each(?) AS wanted CROSS JOIN memories AS m ON m.key = wanted.value
WHERE {condition} ORDER BY wanted.rowid LIMIT ?

-- name: sources_of_memories
SELECT
    memory_sources.memory_key, episodes.id, memory_sources.position, messages.message_id, messages.role,
    messages.name, coalesce(messages.at, episodes.created_at)
FROM memory_sources
JOIN messages USING (episode_key, position)
JOIN episodes ON episodes.key = memory_sources.episode_key
WHERE memory_sources.memory_key IN (SELECT value FROM json_each(?1))
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
    version, event, text, importance, metadata, expires_at, deleted, recorded_at, reason, kind, trust, made_by
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
