using Orleans.Replication.Access.Wire;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Access;

/// <summary>What the silos that were asked last said, for one request.</summary>
internal sealed class AccessFailureList
{
    private readonly Dictionary<PeerId, (FailureKind Kind, string Reason)> _last = [];

    /// <summary>True when every silo of this list has said that it will not serve the caller as both are configured, and nothing else went wrong.</summary>
    public bool IsFinal => _last.Count > 0 && _last.Values.All(failure => AccessFailures.IsOfTheSilo(failure.Kind));

    /// <summary>A silo has answered with a failure.</summary>
    public void Add(PeerId peer, Failure failure) => _last[peer] = (failure.Kind, failure.Message);

    /// <summary>A silo has not answered.</summary>
    public void Add(PeerId peer, string reason) => _last[peer] = (FailureKind.Unspecified, reason);

    /// <summary>The error for the caller: nothing was written.</summary>
    public ReplicationException ToError(string group)
    {
        var reasons = string.Join(" ", _last.Select(failure => $"{failure.Key}: {failure.Value.Reason}"));
        var message = $"No silo served the request for group '{group}', and nothing was written. {(reasons.Length > 0 ? reasons : "None was asked in time.")}";
        if (IsFinal)
            return new ReplicationConfigurationException(message);
        return _last.Values.Any(failure => failure.Kind == FailureKind.Busy) && _last.Values.All(failure => failure.Kind is FailureKind.Busy or FailureKind.Unspecified)
            ? new ReplicationBusyException(message)
            : new ReplicationUnavailableException(message);
    }
}
