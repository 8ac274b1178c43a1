using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;

namespace Orleans.Hosting;

/// <summary>Adds tables to the replicated state of a group.</summary>
public static class ReplicatedTableServiceCollectionExtensions
{
    /// <summary>
    /// Adds a table to a group. Every silo of the cluster has to add the same tables: a command for a table that a replica does not have takes
    /// that replica out of service. The table is made when the silo starts, before any group is there, so it must not depend on one.
    /// </summary>
    /// <typeparam name="TTable">The table.</typeparam>
    /// <param name="services">The silo's services.</param>
    /// <param name="group">The group's name.</param>
    public static IServiceCollection AddReplicatedTable<TTable>(this IServiceCollection services, string group = Replication.ReplicationGroups.Default)
        where TTable : class, IReplicatedTable
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(group);

        // Once per group: several providers may need the same table.
        if (!services.Any(d => d.ServiceType == typeof(IReplicatedTable) && group.Equals(d.ServiceKey) && d.KeyedImplementationType == typeof(TTable)))
            services.AddKeyedSingleton<IReplicatedTable, TTable>(group);
        return services;
    }

    /// <summary>Adds a table to a group, made by <paramref name="factory"/>; see <see cref="AddReplicatedTable{TTable}"/>.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="factory">Makes the table; its second argument is the group's name.</param>
    public static IServiceCollection AddReplicatedTable(
        this IServiceCollection services,
        string group,
        Func<IServiceProvider, string, IReplicatedTable> factory)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(group);
        ArgumentNullException.ThrowIfNull(factory);
        return services.AddKeyedSingleton(group, (provider, key) => factory(provider, (string)key!));
    }
}
