-- name: last_number
SELECT coalesce(max(number), 0) FROM outbox

-- name: cursor
SELECT number FROM subscribers WHERE name = ?1

-- name: subscriber_count
SELECT count(*) FROM subscribers

-- name: insert_subscriber
INSERT INTO subscribers (name, number, seen_at) VALUES (?1, ?2, ?3)

-- name: advance
UPDATE subscribers SET number = max(number, ?2), seen_at = ?3 WHERE name = ?1

-- name: delete_subscriber
DELETE FROM subscribers WHERE name = ?1

-- name: subscribers
SELECT
    name, subscribers.number, (SELECT count(*) FROM outbox WHERE outbox.number > subscribers.number), seen_at
FROM subscribers ORDER BY name

-- name: prune_events
DELETE FROM outbox WHERE number IN (
    SELECT number FROM outbox
    WHERE number <= min(
        (SELECT max(number) FROM outbox) - 1,
        (SELECT coalesce(min(number), 9223372036854775807) FROM subscribers)
    )
    AND (number <= (SELECT max(number) FROM outbox) - ?1 OR at <= ?2)
    ORDER BY number LIMIT ?3
)
