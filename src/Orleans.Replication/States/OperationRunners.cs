using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Replication.Raft;
using Orleans.Replication.States.Versions;

namespace Orleans.Replication.States;

/// <summary>The runners of all types of operations met so far.</summary>
internal sealed class OperationRunners(IServiceProvider services)
{
    private readonly ConcurrentDictionary<Type, OperationRunner> _runners = new();

    /// <summary>The runner for a type of operation.</summary>
    /// <exception cref="ArgumentException">The type implements <see cref="IReplicatedOperation{TState, TResult}"/> not at all or more than once.</exception>
    public OperationRunner Find(Type operation) => _runners.TryGetValue(operation, out var runner) ? runner : _runners.GetOrAdd(operation, Create);

    /// <summary>Refuses, before anything is proposed, what not every replica could run.</summary>
    /// <exception cref="ArgumentException">The type implements <see cref="IReplicatedOperation{TState, TResult}"/> not at all or more than once.</exception>
    /// <exception cref="OperationNotYetAvailableException">Its version is not in force in the group.</exception>
    /// <exception cref="ReplicationConfigurationException">Its version is higher than what this silo says that its code has.</exception>
    public void CheckProposable(Type operation, RaftGroup group)
    {
        var since = Find(operation).SinceVersion;
        if (since == VersionRecord.First)
            return;
        var states = group.Tables.OfType<StatesTable>().Single();
        if (states.Version >= since)
            return;
        throw states.DeclaredVersion < since
            ? new ReplicationConfigurationException(
                $"Operation {operation} belongs to version {since} of the operations, and this silo's code says that it has version {states.DeclaredVersion}. Set "
                + $"{nameof(RaftReplicationOptions)}.{nameof(RaftReplicationOptions.OperationsVersion)} to {since} on every silo that has the operation. Nothing was proposed.")
            : new OperationNotYetAvailableException(operation.ToString(), since, states.Version);
    }

    private OperationRunner Create(Type operation)
    {
        var contracts = operation.GetInterfaces()
            .Where(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IReplicatedOperation<,>))
            .ToArray();
        if (contracts.Length != 1)
        {
            throw new ArgumentException(
                $"{operation} implements {typeof(IReplicatedOperation<,>).Name} {contracts.Length} times; an operation has to implement it once.",
                nameof(operation));
        }

        var runner = (OperationRunner)ActivatorUtilities.CreateInstance(
            services,
            typeof(TypedOperationRunner<,>).MakeGenericType(contracts[0].GetGenericArguments()));
        runner.SinceVersion = operation.GetCustomAttribute<SinceVersionAttribute>()?.Version ?? VersionRecord.First;
        return runner;
    }
}
