using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Transport;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Losses;

/// <summary>
/// Votes against silos whose process is gone, as soon as that is certain. The runtime's own probes go on beside it, and are alone with what only might be gone.
/// <para>
/// Certain it is when a member of the group is not connected, <em>and</em> a silo's endpoint refuses connections, twice in a row. There must not be more silos that refuse than members that are missing: in a
/// cluster whose silos do not listen at all, as in some tests, or where a firewall answers for them, a refusal says nothing.
/// </para>
/// </summary>
/// <remarks>
/// It looks when a connection with a member is lost; and once before the runtime validates that all active silos can be reached, since a silo cannot join while the table has a dead one as active, and of silos
/// that start together after a power failure nobody else is there to vote. A silo without a replica has no such connections, and leaves it to those that have.
/// </remarks>
internal sealed partial class LostProcesses : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>The runtime validates the connections one stage later.</summary>
    private const int BeforeConnectionsAreValidated = ServiceLifecycleStage.Active - 101;

    private const int MaxLooks = 12;

    /// <summary>Behind a lost connection: an endpoint may be closed a moment later.</summary>
    private const int LooksBehindLoss = 4;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    private readonly IMembershipTable _table;
    private readonly IClusterMembershipService _membership;
    private readonly PeerConnections? _connections;
    private readonly ILocalSiloDetails _self;
    private readonly ClusterMembershipOptions _options;
    private readonly bool _isOn;
    private readonly TimeProvider _time;
    private readonly ILogger<LostProcesses> _logger;
    private readonly SemaphoreSlim _lost = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public LostProcesses(
        IMembershipTable table,
        IClusterMembershipService membership,
        ILocalSiloDetails self,
        IOptions<ClusterMembershipOptions> options,
        IOptions<RaftClusteringOptions> clustering,
        TimeProvider time,
        ILogger<LostProcesses> logger,
        PeerConnections? connections = null)
    {
        (_table, _membership, _connections, _self, _time, _logger) = (table, membership, connections, self, time, logger);
        _options = options.Value;
        _isOn = connections is not null && clustering.Value.VoteAgainstLostProcesses && _options.LivenessEnabled;
        _connections?.Lost += OnLost;
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (!_isOn)
            return;
        observer.Subscribe(nameof(LostProcesses), BeforeConnectionsAreValidated, token => LookAsync(atLeast: 1, token));
        observer.Subscribe(nameof(LostProcesses), ServiceLifecycleStage.Active, StartAsync, StopAsync);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connections?.Lost -= OnLost;
        _stopping.Dispose();
        _lost.Dispose();
    }

    private void OnLost()
    {
        try
        {
            _lost.Release();
        }
        catch (Exception error) when (error is SemaphoreFullException or ObjectDisposedException)
        {
            // It is going to look anyway, or never again.
        }
    }

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _lost.WaitAsync(cancellationToken).ConfigureAwait(false);
            await LookAsync(LooksBehindLoss, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks again and again, as long as a process seems to be gone.</summary>
    /// <param name="atLeast">How often to look, although none seems to be gone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The probes of the runtime do the same, later.")]
    private async Task LookAsync(int atLeast, CancellationToken cancellationToken)
    {
        var refused = new HashSet<SiloAddress>();
        var voted = new HashSet<SiloAddress>();
        try
        {
            for (var look = 1; look <= MaxLooks && _connections!.Missing > 0; look++)
            {
                var silent = await FindRefusingAsync(cancellationToken).ConfigureAwait(false);
                if (silent.Count == 0 && look >= atLeast)
                    return;
                var isCertain = silent.Count <= _connections.Missing;
                foreach (var silo in silent.Where(silo => isCertain && refused.Contains(silo) && !voted.Contains(silo)))
                {
                    if (await VoteAsync(silo, cancellationToken).ConfigureAwait(false) == DeathVoteOutcome.Cast)
                        voted.Add(silo);
                }

                refused = [.. silent];
                await Task.Delay(BetweenLooks, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception error)
        {
            LogFailed(error);
        }
    }

    /// <summary>The active silos, as this silo knows them, at whose endpoints nobody listens.</summary>
    private async Task<IReadOnlyList<SiloAddress>> FindRefusingAsync(CancellationToken cancellationToken)
    {
        var others = _membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Endpoint.Equals(_self.SiloAddress.Endpoint))
            .Select(member => member.SiloAddress)
            .ToList();
        var refuses = await Task.WhenAll(others.Select(silo => ClosedEndPoint.RefusesAsync(silo.Endpoint, _time, cancellationToken))).ConfigureAwait(false);
        return [.. others.Where((_, i) => refuses[i])];
    }

    private async Task<DeathVoteOutcome> VoteAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        var outcome = await DeathVote.CastAsync(_table, silo, _self.SiloAddress, _options, _time, cancellationToken).ConfigureAwait(false);
        if (outcome != DeathVoteOutcome.NotNeeded)
            LogVoted(silo, outcome);
        if (outcome == DeathVoteOutcome.Decisive)
            await _membership.TryKill(silo).WaitAsync(cancellationToken).ConfigureAwait(false);
        return outcome;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The process of silo {Silo} is gone: a member of the group is not connected, and the silo's endpoint refuses connections. Vote against it: {Outcome}")]
    private partial void LogVoted(SiloAddress silo, DeathVoteOutcome outcome);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Whether a process is gone could not be found out, or not be voted on. The probes will.")]
    private partial void LogFailed(Exception exception);
}
