using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Replication.States;

/// <summary>The runners of all types of operations met so far.</summary>
internal sealed class OperationRunners(IServiceProvider services)
{
    private readonly ConcurrentDictionary<Type, OperationRunner> _runners = new();

    /// <summary>The runner for a type of operation.</summary>
    /// <exception cref="ArgumentException">The type implements <see cref="IReplicatedOperation{TState, TResult}"/> not at all or more than once.</exception>
    public OperationRunner Find(Type operation) => _runners.TryGetValue(operation, out var runner) ? runner : _runners.GetOrAdd(operation, Create);

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

        return (OperationRunner)ActivatorUtilities.CreateInstance(
            services,
            typeof(TypedOperationRunner<,>).MakeGenericType(contracts[0].GetGenericArguments()));
    }
}
