namespace Orleans.Replication.Raft.Wire;

/// <summary>The other side sent what the protocol does not allow. The connection is closed.</summary>
internal sealed class ProtocolViolationException(string message, Exception? innerException = null) : IOException(message, innerException);
