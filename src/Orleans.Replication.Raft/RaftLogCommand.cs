namespace Orleans.Replication.Raft;

/// <summary>A command in a log entry.</summary>
/// <param name="Kind"><c>apply</c>, or <c>open-session</c>.</param>
/// <param name="Session">The session it belongs to; 0 for one that opens a session.</param>
/// <param name="Sequence">Its number in the session; a nonce for one that opens a session.</param>
/// <param name="Table">The table that runs it.</param>
/// <param name="Key">The record it is about.</param>
/// <param name="ExpectedVersion">The version that the record has to have; null for no condition.</param>
/// <param name="PayloadBytes">How many bytes its payload has.</param>
public sealed record RaftLogCommand(
    string Kind, ulong Session, ulong Sequence, string Table, ReadOnlyMemory<byte> Key, long? ExpectedVersion, int PayloadBytes);
