using Orleans.Replication.Access.Wire;
using Orleans.Replication.Errors;
using Orleans.Replication.Raft;
using Orleans.Replication.States;

namespace Orleans.Replication.Access;

/// <summary>Says the errors of a silo's replica over the wire, and says them again at the other end: what is known to have happened stays the same.</summary>
internal static class AccessFailures
{
    /// <summary>What a silo answers when something was thrown.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="mayBeDone">True when the request was one to change something, and had been checked.</param>
    public static AccessResponse Describe(Exception error, bool mayBeDone)
    {
        return error switch
        {
            AccessRefusedException refused => Failed(refused.Kind, refused.Message),
            OperationNotYetAvailableException early => Failed(FailureKind.NotInForce, early.Message, early.VersionInForce),
            ReplicationBusyException => Failed(FailureKind.Busy, error.Message),
            ReplicationUnavailableException => Failed(FailureKind.Unavailable, error.Message),
            ReplicationOutcomeUnknownException => Failed(FailureKind.OutcomeUnknown, error.Message),
            VersionNotKeptException gone => Failed(FailureKind.NotKept, error.Message, gone.OldestVersion),
            ReplicationConfigurationException or UnreadableStateException => Failed(FailureKind.Unreadable, error.Message),
            RaftException raft => Describe(RaftErrors.Translate(raft), mayBeDone),
            ObjectDisposedException when !mayBeDone => Failed(FailureKind.Unavailable, "The silo is stopping."),
            ArgumentException => Failed(FailureKind.Invalid, error.Message),
            _ => Failed(mayBeDone ? FailureKind.OutcomeUnknown : FailureKind.Unavailable, $"{error.GetType().Name}: {error.Message}"),
        };

        static AccessResponse Failed(FailureKind kind, string message, long version = 0) => new() { Failure = new Failure { Kind = kind, Message = message, Version = version } };
    }

    /// <summary>True when nothing was done, and another silo, or the same one later, may do it.</summary>
    public static bool IsWorthAnotherTry(FailureKind kind) => IsOfTheSilo(kind) || kind is FailureKind.Busy or FailureKind.Unavailable;

    /// <summary>True when the silo will answer so as long as it and the caller are configured as they are. Another may be configured otherwise.</summary>
    public static bool IsOfTheSilo(FailureKind kind) => kind is FailureKind.WrongToken or FailureKind.WrongVersion or FailureKind.OtherCluster or FailureKind.NoGroup;

    /// <summary>The error for the caller.</summary>
    /// <param name="failure">What the silo answered.</param>
    /// <param name="request">What it was asked.</param>
    /// <param name="operation">The operation in the request that needs the highest version.</param>
    public static Exception ToError(Failure failure, AccessRequest request, Type? operation) => failure.Kind switch
    {
        FailureKind.Busy => new ReplicationBusyException(failure.Message),
        FailureKind.Unavailable => new ReplicationUnavailableException(failure.Message),
        FailureKind.NotInForce =>
            new OperationNotYetAvailableException(operation?.ToString() ?? "(unknown)", request.Propose?.OperationsVersion ?? 0, (int)Math.Clamp(failure.Version, 0, int.MaxValue)),
        FailureKind.NotKept => new VersionNotKeptException(request.ReadAt?.Version ?? 0, failure.Version),
        FailureKind.NotReached => NotReached(request.ReadAt?.Version ?? 0, failure.Message),
        FailureKind.Invalid or FailureKind.Malformed => new ArgumentException(failure.Message),
        FailureKind.Unreadable or FailureKind.WrongToken or FailureKind.WrongVersion or FailureKind.OtherCluster or FailureKind.NoGroup => new ReplicationConfigurationException(failure.Message),

        // Also what a later version may say.
        _ => request.Propose is null ? new ReplicationUnavailableException(failure.Message) : new ReplicationOutcomeUnknownException(failure.Message),
    };

    private static ArgumentOutOfRangeException NotReached(long version, string message) => new(nameof(version), version, message);
}
