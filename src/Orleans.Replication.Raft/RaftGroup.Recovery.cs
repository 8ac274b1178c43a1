using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft;

/// <content>
/// A replica that failed is never used again (SAFETY 9). Where that can help, another one is opened in its place: after damage with empty files, which the
/// peers fill (SAFETY 10); after a full disk, once that takes writes again, with what is really on it.
/// </content>
public sealed partial class RaftGroup
{
    private readonly CancellationToken _stopping;
    private readonly Lock _recovery = new();
    private readonly ILogger _logger;
    private Task _recovering = Task.CompletedTask;
    private volatile string? _fault;

    private string Folder => GroupFolder.PathOf(_node.DataDirectory, _options.Name);

    private bool MayQuarantine => _options.OnDamage == DamagePolicy.Quarantine && _options.Voters.Any(voter => voter.Id != LocalId);

    /// <summary>Opens the replica; one whose files are damaged with empty files, after they were moved aside.</summary>
    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenReplicaAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RaftStorageException e) when (e.IsDamage && MayQuarantine)
        {
            MoveAside(e.Message);
            await OpenReplicaAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RaftStorageException e) when (e.IsDamage)
        {
            var advice = _options.Voters.All(voter => voter.Id == LocalId)
                ? "The group has no other voter: restore it from a backup."
                : "Move the group's folder away to let this member catch up from its peers.";
            throw RaftStorageException.Damage($"{e.Message} Nothing was changed. {advice}", e);
        }
    }

    private async Task OpenReplicaAsync(CancellationToken cancellationToken)
    {
        var replica = GroupReplica.Open(_node, _options, _waiting, _loggers, _time);
        _replica = replica;
        replica.Engine.LeadershipChanged += OnLeadershipChanged;
        replica.Peers.Changed += OnPeersChanged;
        OnPeersChanged();
        try
        {
            await replica.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await CloseAsync(replica).ConfigureAwait(false);
            throw;
        }

        _fault = null;
        replica.Health.Failed += () => Recover(replica);
        if (replica.Health.Fault is not null)
            Recover(replica);
    }

    private async Task CloseAsync(GroupReplica replica)
    {
        _replica = null;
        replica.Engine.LeadershipChanged -= OnLeadershipChanged;
        replica.Peers.Changed -= OnPeersChanged;
        await replica.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Begins to put another replica in the place of one that has failed, if that can help.</summary>
    private void Recover(GroupReplica failed)
    {
        if (failed.Health.Kind == FaultKind.Failure || (failed.Health.Kind == FaultKind.Damage && !MayQuarantine))
            return;
        lock (_recovery)
        {
            if (failed.TryGiveUp())
                _recovering = RecoverAsync(failed, _recovering);
        }
    }

    private async Task RecoverAsync(GroupReplica failed, Task before)
    {
        // The thread that has failed may be one that the replica waits for when it is closed.
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        var (fault, kind) = (failed.Health.Fault!, failed.Health.Kind);
        _fault = fault;
        try
        {
            await CloseAsync(failed).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogCloseFailed(e, Name);
        }

        var isMoved = kind != FaultKind.Damage;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (!isMoved)
                    MoveAside(fault);
                isMoved = true;
                if (kind == FaultKind.Disk)
                    await WaitForDiskAsync(_stopping).ConfigureAwait(false);
                await OpenAsync(_stopping).ConfigureAwait(false);
                LogRecovered(Name, fault);
                OnLeadershipChanged();
                return;
            }
            catch (Exception e)
            {
                if (_stopping.IsCancellationRequested)
                    return;
                LogStillOut(e, Name, _options.DiskProbeInterval);
                _fault = $"{fault} It could not be opened again: {e.Message}";
                kind = FaultKind.Disk;
            }
        }
    }

    private async Task WaitForDiskAsync(CancellationToken cancellationToken)
    {
        string? refusal;
        do
        {
            await Task.Delay(_options.DiskProbeInterval, _time, cancellationToken).ConfigureAwait(false);
            refusal = DiskProbe.Try(Folder, 2 * _options.LogChunkBytes);
        }
        while (refusal is not null);
    }

    private void MoveAside(string reason)
    {
        var target = GroupFolder.MoveAside(_node, _options, reason, _time.GetUtcNow());
        LogQuarantined(Name, target, reason);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The files of group '{Group}' on this member were damaged and are now in '{Folder}': {Reason} This member votes and answers again once its peers have made it whole.")]
    private partial void LogQuarantined(string group, string folder, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Group '{Group}' was opened again on this member, after: {Fault}")]
    private partial void LogRecovered(string group, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "Group '{Group}' could not be opened again on this member; the next attempt follows in {Interval}.")]
    private partial void LogStillOut(Exception exception, string group, TimeSpan interval);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A failed replica of group '{Group}' was not closed in good order.")]
    private partial void LogCloseFailed(Exception exception, string group);
}
