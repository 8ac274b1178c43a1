using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Groups;
using Orleans.Replication.Transactions.Records;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Transactions.Abstractions;

namespace Orleans.Replication.Transactions.Provider;

/// <summary>Makes the storage of transactional states, for the provider of a name.</summary>
internal sealed class RaftTransactionalStateStorageFactory(
    string name, RaftTransactionalStateOptions options, Func<IGroupAccess> group, Serializer serializer) : ITransactionalStateStorageFactory
{
    /// <summary>Makes the factory of a name.</summary>
    public static RaftTransactionalStateStorageFactory Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<RaftTransactionalStateOptions>>().Get(name);
        return new(
            name,
            options,
            () => services.GetRequiredService<IGroupAccesses>().Get(options.Group),
            services.GetRequiredService<Serializer>());
    }

    /// <inheritdoc/>
    public ITransactionalStateStorage<TState> Create<TState>(string stateName, IGrainContext context)
        where TState : class, new()
    {
        ArgumentNullException.ThrowIfNull(context);
        return Create<TState>(stateName, context.GrainId);
    }

    /// <summary>Makes the storage of a grain's state.</summary>
    public RaftTransactionalStateStorage<TState> Create<TState>(string stateName, GrainId grainId)
        where TState : class, new()
        => new(
            $"transactional state '{stateName}' of grain {grainId} in storage '{name}'",
            TransactionKeys.Header(name, grainId, stateName),
            group,
            options.GrainStorageSerializer,
            serializer);
}
