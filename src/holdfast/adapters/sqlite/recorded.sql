-- name: episode_keys
SELECT episodes.key FROM episodes
JOIN scopes ON scopes.key = episodes.scope_key
JOIN homes ON homes.key = scopes.home_key
JOIN names AS tenant ON tenant.key = homes.tenant_key
LEFT JOIN names AS user ON user.key = homes.user_key
LEFT JOIN names AS agent ON agent.key = homes.agent_key
LEFT JOIN names AS session ON session.key = scopes.session_key
WHERE episodes.key > ?1
AND (?2 IS NULL OR tenant.name = ?2) AND (?3 IS NULL OR user.name = ?3)
AND (?4 IS NULL OR agent.name = ?4) AND (?5 IS NULL OR session.name = ?5)

-- name: fact_keys
SELECT memories.key FROM memories
JOIN scopes ON scopes.key = memories.scope_key
JOIN homes ON homes.key = scopes.home_key
JOIN names AS tenant ON tenant.key = homes.tenant_key
LEFT JOIN names AS user ON user.key = homes.user_key
LEFT JOIN names AS agent ON agent.key = homes.agent_key
LEFT JOIN names AS session ON session.key = scopes.session_key
WHERE memories.key > ?1 AND (memories.slot IS NOT NULL OR memories.origin = 'derived')
AND (?2 IS NULL OR tenant.name = ?2) AND (?3 IS NULL OR user.name = ?3)
AND (?4 IS NULL OR agent.name = ?4) AND (?5 IS NULL OR session.name = ?5)
ORDER BY memories.key LIMIT ?6

-- name: held
SELECT DISTINCT memories.key, memories.fingerprint FROM memory_sources
JOIN memories ON memories.key = memory_sources.memory_key
WHERE memory_sources.episode_key = ?1 AND memory_sources.taken_off_at IS NULL
AND memories.origin <> 'derived' AND memories.expired_at IS NULL
ORDER BY memories.key

-- name: key_of_episode
SELECT key FROM episodes WHERE id = ?1

-- name: key_of_memory
SELECT key FROM memories WHERE id = ?1
