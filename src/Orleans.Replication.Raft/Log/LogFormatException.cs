namespace Orleans.Replication.Raft.Log;

/// <summary>Bytes that should be a command or a log entry are not.</summary>
internal sealed class LogFormatException(string message) : Exception(message);
