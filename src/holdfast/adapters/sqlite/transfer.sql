-- name: episode_keys
SELECT episodes.key FROM episodes
JOIN scopes ON scopes.key = episodes.scope_key
JOIN homes ON homes.key = scopes.home_key
JOIN names ON names.key = homes.tenant_key
WHERE ?1 IS NULL OR names.name = ?1
ORDER BY episodes.key

-- name: episode
SELECT
    episodes.id, episodes.created_at, episodes.metadata, tenant.name, user.name, agent.name, session.name
FROM episodes
JOIN scopes ON scopes.key = episodes.scope_key
JOIN homes ON homes.key = scopes.home_key
JOIN names AS tenant ON tenant.key = homes.tenant_key
LEFT JOIN names AS user ON user.key = homes.user_key
LEFT JOIN names AS agent ON agent.key = homes.agent_key
LEFT JOIN names AS session ON session.key = scopes.session_key
WHERE episodes.key = ?1

-- name: messages_of_episode
SELECT role, name, message_id, at, content, origin FROM messages WHERE episode_key = ?1 ORDER BY position

-- name: memory_keys
SELECT memories.key, fingerprint FROM memories
JOIN homes ON homes.key = memories.home_key
JOIN names ON names.key = homes.tenant_key
WHERE memories.key > ?1 AND (?2 IS NULL OR names.name = ?2)
ORDER BY memories.key LIMIT ?3

-- name: relations
SELECT
    relations.id, relations.type, origin.id, target.id, relations.strength, relations.created_at, names.name
FROM relations
JOIN memories AS origin ON origin.key = relations.from_key
JOIN memories AS target ON target.key = relations.to_key
JOIN homes ON homes.key = origin.home_key
JOIN names ON names.key = homes.tenant_key
WHERE ?1 IS NULL OR names.name = ?1
ORDER BY relations.key

-- name: key_of_episode
SELECT key FROM episodes WHERE id = ?1

-- name: key_of_relation
SELECT key FROM relations WHERE from_key = ?1 AND type = ?2 AND to_key = ?3

-- name: touch_all_homes
UPDATE homes SET change_number = ?1, feedback = feedback + 1
