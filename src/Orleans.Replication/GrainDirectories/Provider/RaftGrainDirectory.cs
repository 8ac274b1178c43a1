using Orleans.GrainDirectory;
using Orleans.Replication.GrainDirectories.Records;
using Orleans.Replication.GrainDirectories.Records.Wire;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;
using Orleans.Runtime;

namespace Orleans.Replication.GrainDirectories.Provider;

/// <summary>
/// A grain directory in a Raft group. A look-up is linearizable and reads a replica; a registration is one command, so that an activation
/// costs one round of the group, and its end another.
/// </summary>
/// <param name="name">The directory's name, part of every key.</param>
/// <param name="group">Finds the group. Not called before the first operation, so that nothing is opened while services are made.</param>
/// <param name="shutdown">Limits the accesses of a silo that stops.</param>
internal sealed class RaftGrainDirectory(string name, Func<IGroupAccess> group, ShutdownLimit shutdown) : IGrainDirectory
{
    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address) => Register(address, null, CancellationToken.None);

    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address, CancellationToken cancellationToken) => Register(address, null, cancellationToken);

    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => Register(address, previousAddress, CancellationToken.None);

    /// <inheritdoc/>
    public Task Unregister(GrainAddress address) => Unregister(address, CancellationToken.None);

    /// <inheritdoc/>
    public Task<GrainAddress?> Lookup(GrainId grainId) => Lookup(grainId, CancellationToken.None);

    /// <inheritdoc/>
    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => UnregisterSilos(siloAddresses, CancellationToken.None);

    /// <summary>
    /// Registers an address when the grain has none, or when the one it has matches <paramref name="previousAddress"/>: the same silo, and the same
    /// activation unless that is left open.
    /// </summary>
    /// <returns>The address that is registered now, perhaps another's.</returns>
    /// <exception cref="ArgumentException">The address names no silo or no activation.</exception>
    public async Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsComplete)
            throw new ArgumentException($"{address.ToFullString()} cannot be registered: it has to name a grain, a silo and an activation.", nameof(address));

        var entry = new DirectoryEntry
        {
            Silo = address.SiloAddress!.ToParsableString(),
            Activation = address.ActivationId.ToParsableString(),
            MembershipVersion = address.MembershipVersion.Value,
        };
        var change = new DirectoryChange { Register = new() { Entry = entry, Previous = ToPrevious(address.GrainId, previousAddress) } };
        var registered = await ChangeAsync(DirectoryKeys.Entry(name, address.GrainId), change, cancellationToken).ConfigureAwait(false);
        return DirectoryFormat.ToAddress(address.GrainId, registered.Span);
    }

    /// <summary>Removes a grain's entry when it is of the same activation.</summary>
    public async Task Unregister(GrainAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        // An address without an activation is that of no activation.
        if (address.ActivationId.IsDefault)
            return;
        var change = new DirectoryChange { Unregister = new() { Activation = address.ActivationId.ToParsableString() } };
        await ChangeAsync(DirectoryKeys.Entry(name, address.GrainId), change, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<GrainAddress?> Lookup(GrainId grainId, CancellationToken cancellationToken) =>
        await group().FindAsync(DirectoryStateTable.TableName, DirectoryKeys.Entry(name, grainId), cancellationToken).ConfigureAwait(false) is { } record
            ? DirectoryFormat.ToAddress(grainId, record.Value.Span)
            : null;

    /// <summary>
    /// Removes what is registered on silos. Every silo calls this after a death; whoever comes late finds nothing to remove, and then proposes
    /// nothing.
    /// </summary>
    public async Task UnregisterSilos(List<SiloAddress> siloAddresses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(siloAddresses);
        var directory = DirectoryKeys.Directory(name);
        var silos = await FindOccupiedAsync(directory, siloAddresses, cancellationToken).ConfigureAwait(false);
        if (silos.Count > 0)
            await ChangeAsync(directory, new() { UnregisterSilos = new() { Silo = { silos } } }, cancellationToken).ConfigureAwait(false);
    }

    private static Previous? ToPrevious(GrainId grainId, GrainAddress? address)
    {
        // What cannot match is left out.
        if (address?.SiloAddress is not { } silo || address.GrainId != grainId)
            return null;
        var previous = new Previous { Silo = silo.ToParsableString() };
        if (!address.ActivationId.IsDefault)
            previous.Activation = address.ActivationId.ToParsableString();
        return previous;
    }

    private async Task<List<string>> FindOccupiedAsync(byte[] directory, List<SiloAddress> silos, CancellationToken cancellationToken)
    {
        var names = silos.Select(silo => silo.ToParsableString()).Distinct().ToList();
        var ranges = names.ConvertAll(silo => RecordRange.Prefix(DirectoryKeys.OnSilo(directory, silo)) with { MaxRecords = 1 });
        using var snapshot = await group().ReadAsync(DirectoryStateTable.TableName, ranges, cancellationToken).ConfigureAwait(false);
        return [.. names.Where((_, i) => snapshot.ScanRange(ranges[i].First, ranges[i].End).Any())];
    }

    private async Task<ReadOnlyMemory<byte>> ChangeAsync(byte[] key, DirectoryChange change, CancellationToken cancellationToken)
    {
        var command = new Command(DirectoryStateTable.TableName, key, DirectoryFormat.Encode(change));
        var result = await shutdown.LimitAsync(group(), (access, token) => access.ProposeAsync(command, token), cancellationToken).ConfigureAwait(false);
        return result.Status == CommandStatus.Ok
            ? result.Payload
            : throw new InvalidOperationException("The group refused the command as malformed: its members run different versions of the software.");
    }
}
