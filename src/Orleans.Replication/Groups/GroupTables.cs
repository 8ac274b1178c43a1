using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Serialization;

namespace Orleans.Replication.Groups;

/// <summary>Gathers the tables of a group: the states of grains, and what was added with <c>AddReplicatedTable</c>.</summary>
internal sealed class GroupTables(IServiceProvider services, Serializer serializer, OperationRunners runners)
{
    /// <summary>Makes the tables of a group.</summary>
    /// <exception cref="ReplicationConfigurationException">Two tables have the same name.</exception>
    public IReadOnlyList<IReplicatedTable> Create(string group)
    {
        IReplicatedTable[] tables = [new StatesTable(serializer, runners), .. services.GetKeyedServices<IReplicatedTable>(group)];
        var taken = tables.GroupBy(table => table.Name, StringComparer.Ordinal).FirstOrDefault(namesakes => namesakes.Count() > 1);
        return taken is null
            ? tables
            : throw new ReplicationConfigurationException($"Group '{group}' has {taken.Count()} tables named '{taken.Key}'. Give each a name of its own.");
    }
}
