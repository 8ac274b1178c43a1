using Orleans.GrainDirectory;

namespace Orleans.Replication.Tests.GrainDirectories;

/// <inheritdoc cref="IPreciousGrain"/>
[GrainDirectory(DirectoryName)]
public sealed class PreciousGrain : Grain, IPreciousGrain
{
    /// <summary>The directory's name.</summary>
    public const string DirectoryName = "raft";

    /// <inheritdoc/>
    public Task<(string Activation, string Silo)> WhoAsync() =>
        Task.FromResult((GrainContext.ActivationId.ToParsableString(), GrainContext.Address.SiloAddress!.ToParsableString()));

    /// <inheritdoc/>
    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
