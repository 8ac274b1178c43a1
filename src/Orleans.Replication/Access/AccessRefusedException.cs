using Orleans.Replication.Access.Wire;

namespace Orleans.Replication.Access;

/// <summary>A request is refused at the door, or before its kind was looked at.</summary>
internal sealed class AccessRefusedException(FailureKind kind, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public FailureKind Kind => kind;
}
