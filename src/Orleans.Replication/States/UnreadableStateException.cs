namespace Orleans.Replication.States;

/// <summary>
/// This silo cannot read an operation or a state that the group has agreed on. Inside a table it takes the replica out of service: going on
/// without it would make this replica differ from the others for ever (SAFETY 14, S15).
/// </summary>
internal sealed class UnreadableStateException(string message, Exception? innerException = null) : Exception(message, innerException);
