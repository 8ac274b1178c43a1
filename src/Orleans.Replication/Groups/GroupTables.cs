using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Clustering.Membership;
using Orleans.Replication.GrainDirectories.Records;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;
using Orleans.Replication.Reminders.Records;
using Orleans.Replication.States;
using Orleans.Replication.Storage.Records;
using Orleans.Replication.Streams.Records;
using Orleans.Replication.Transactions.Records;
using Orleans.Serialization;

namespace Orleans.Replication.Groups;

/// <summary>
/// Gathers the tables of a group: this package's own, and what was added with <c>AddReplicatedTable</c>. Every group has all of this package's
/// tables, also on a silo that does not use them: while a change of configuration rolls through the cluster, a silo that has not got it yet must
/// not fall out of service over a command for a table it does not have.
/// </summary>
internal sealed class GroupTables(IServiceProvider services, Serializer serializer, OperationRunners runners, IOptions<RaftReplicationOptions> options)
{
    /// <summary>Makes the tables of a group.</summary>
    /// <exception cref="ReplicationConfigurationException">Two tables have the same name.</exception>
    public IReadOnlyList<IReplicatedTable> Create(string group)
    {
        IReplicatedTable[] tables =
        [
            new StatesTable(serializer, runners, options.Value.OperationsVersion),
            new GrainStorageTable(),
            new MembershipStateTable(),
            new ReminderStateTable(),
            new DirectoryStateTable(),
            new TransactionStateTable(),
            new JournalTable(new JournalFeed()),
            new StreamPositionTable(),
            .. services.GetKeyedServices<IReplicatedTable>(group),
        ];
        var taken = tables.GroupBy(table => table.Name, StringComparer.Ordinal).FirstOrDefault(namesakes => namesakes.Count() > 1);
        return taken is null
            ? tables
            : throw new ReplicationConfigurationException($"Group '{group}' has {taken.Count()} tables named '{taken.Key}'. Give each a name of its own.");
    }
}
