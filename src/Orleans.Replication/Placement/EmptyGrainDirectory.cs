using Orleans.GrainDirectory;
using Orleans.Runtime;

namespace Orleans.Replication.Placement;

/// <summary>
/// The directory of grains that have no directory: it knows nobody and keeps nothing, so that the first call to a replicated grain on a silo asks
/// no other silo.
/// </summary>
internal sealed class EmptyGrainDirectory : IGrainDirectory
{
    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress) => Register(address);

    /// <inheritdoc/>
    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    /// <inheritdoc/>
    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
