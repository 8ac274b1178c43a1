using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.EventSourcing;
using Orleans.Replication.Groups;
using Orleans.Replication.Journals.Records;
using Orleans.Storage;

namespace Orleans.Replication.Journals.Provider;

/// <summary>Gives journaled grains their journals in a Raft group, for the provider of a name.</summary>
internal sealed class RaftLogConsistencyProvider(
    string name, RaftLogConsistencyOptions options, Func<IGroupAccess> group, int maxCommandBytes) : ILogViewAdaptorFactory
{
    /// <summary>Makes the provider of a name.</summary>
    public static RaftLogConsistencyProvider Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<RaftLogConsistencyOptions>>().Get(name);
        return new(
            name,
            options,
            () => services.GetRequiredService<IGroupAccesses>().Get(options.Group),
            services.GetRequiredService<IOptions<RaftReplicationOptions>>().Value.MaxCommandBytes);
    }

    /// <summary>False: the journal is its own storage.</summary>
    public bool UsesStorageProvider => false;

    /// <inheritdoc/>
    public ILogViewAdaptor<TLogView, TLogEntry> MakeLogViewAdaptor<TLogView, TLogEntry>(
        ILogViewAdaptorHost<TLogView, TLogEntry> hostGrain,
        TLogView initialState,
        string grainTypeName,
        IGrainStorage? grainStorage,
        ILogConsistencyProtocolServices services)
        where TLogView : class, new()
        where TLogEntry : class
    {
        var journal = new Journal(JournalKeys.Header(name, services.GrainId), group);
        return new RaftLogViewAdaptor<TLogView, TLogEntry>(
            hostGrain, initialState, services, journal, options.GrainStorageSerializer, maxCommandBytes);
    }
}
