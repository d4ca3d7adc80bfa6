INSERT INTO events.emitters (role, type) VALUES ('svc_streams', 'channel.history-closed');
