-- name: insert_job
INSERT INTO jobs (id, kind, lane, only_one, state, blocked, payload, created_at, due_at, updated_at)
SELECT
    ?1, ?2, ?3, ?4, 'pending',
    ?3 IS NOT NULL AND EXISTS (
        SELECT 1 FROM jobs WHERE kind = ?2 AND lane = ?3 AND state IN ('pending', 'running')
    ),
    ?5, ?6, ?7, ?6
WHERE ?4 IS NULL OR NOT EXISTS (
    SELECT 1 FROM jobs WHERE kind = ?2 AND only_one = ?4 AND state IN ('pending', 'running')
)

-- name: job_columns
SELECT
    id, kind, payload, state, lane, attempts, losses, created_at, due_at, updated_at, error_code, error_message
FROM jobs

-- name: first_due
SELECT due_at, key, state, losses FROM jobs
WHERE kind = ?1 AND due_at <= ?2 AND state IN ('pending', 'running') AND blocked = 0
ORDER BY due_at, key LIMIT 1

-- name: claimable_by_id
SELECT due_at, key, state, losses FROM jobs
WHERE id = ?1 AND kind IN (SELECT value FROM json_each(?2)) AND blocked = 0
AND (state = 'pending' OR (state = 'running' AND due_at <= ?3))

-- name: claim
UPDATE jobs SET
    state = 'running', token = ?2, due_at = ?3, updated_at = ?4, attempts = attempts + 1, losses = ?5
WHERE key = ?1

-- name: bury
UPDATE jobs SET
    state = 'dead', token = NULL, updated_at = ?2, losses = ?3, error_code = ?4, error_message = ?5
WHERE key = ?1

-- name: holder
SELECT key, state, kind, lane FROM jobs WHERE id = ?1 AND token = ?2

-- name: renew
UPDATE jobs SET due_at = ?2 WHERE key = ?1

-- name: finish
UPDATE jobs SET state = 'done', updated_at = ?2, error_code = NULL, error_message = NULL WHERE key = ?1

-- name: fail
UPDATE jobs SET
    state = iif(?3 IS NULL, 'dead', 'pending'), token = NULL, updated_at = ?2, due_at = coalesce(?3, due_at),
    error_code = ?4, error_message = ?5
WHERE key = ?1

-- name: give_back
UPDATE jobs SET
    state = 'pending', token = NULL, updated_at = ?2, due_at = ?3, attempts = attempts - 1,
    error_code = coalesce(?4, error_code), error_message = coalesce(?5, error_message)
WHERE key = ?1

-- name: open_lane
UPDATE jobs SET blocked = 0
WHERE key = (
    SELECT min(key) FROM jobs WHERE kind = ?1 AND lane = ?2 AND state IN ('pending', 'running')
)

-- name: jobs_in_state
WHERE ?1 IS NULL OR state = ?1 ORDER BY key DESC LIMIT ?2

-- name: counts
SELECT state, count(*) FROM jobs GROUP BY state

-- name: stuck
SELECT count(*) FROM jobs
WHERE state IN ('pending', 'running') AND blocked = 0 AND due_at <= ?1 AND (attempts > 0 OR due_at <= created_at)

-- name: dead_jobs
SELECT key, kind, lane FROM jobs WHERE state = 'dead' AND (?1 IS NULL OR id = ?1) ORDER BY key

-- name: revive
UPDATE jobs SET
    state = 'pending', attempts = 0, losses = 0, due_at = ?2, updated_at = ?2,
    blocked = lane IS NOT NULL AND EXISTS (
        SELECT 1 FROM jobs AS other
        WHERE other.kind = jobs.kind AND other.lane = jobs.lane AND other.state IN ('pending', 'running')
    )
WHERE key = ?1

-- name: prune_done
DELETE FROM jobs WHERE key IN (
    SELECT key FROM jobs WHERE state = 'done' AND (
        updated_at <= ?1 OR key <= (
            SELECT key FROM jobs WHERE state = 'done' ORDER BY key DESC LIMIT 1 OFFSET ?2
        )
    )
    ORDER BY key LIMIT ?3
)

-- name: prune_dead
DELETE FROM jobs WHERE key IN (
    SELECT key FROM jobs WHERE state = 'dead' AND key <= (
        SELECT key FROM jobs WHERE state = 'dead' ORDER BY key DESC LIMIT 1 OFFSET ?1
    )
    ORDER BY key LIMIT ?2
)
