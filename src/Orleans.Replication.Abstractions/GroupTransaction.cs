using Orleans.Replication.Transactions;

namespace Orleans.Replication;

/// <summary>
/// Conditions, writes and operations on several states of one group, to be committed together by <see cref="IReplicationGroup.TransactAsync"/>. Only describes: nothing
/// happens before. Not for concurrent use.
/// </summary>
/// <example>
/// <code>
/// var transfer = new GroupTransaction()
///     .Require(from, version)
///     .Apply(from, new Withdraw(30), out var left)
///     .Apply(to, new Deposit(30));
/// var outcome = await group.TransactAsync(transfer);
/// return outcome.Committed ? outcome.ResultOf(left) : throw new ConflictException(outcome.Conflicts[0]);
/// </code>
/// </example>
public sealed class GroupTransaction
{
    /// <summary>How many conditions and steps there may be together.</summary>
    public const int MaxParts = 1_024;

    private readonly List<Action<ITransactionVisitor>> _conditions = [];
    private readonly List<Action<ITransactionVisitor>> _steps = [];
    private int _operations;

    /// <summary>How many conditions and steps there are.</summary>
    public int Parts => _conditions.Count + _steps.Count;

    /// <summary>Nothing is to happen unless the state has a version before the transaction.</summary>
    /// <param name="state">The state.</param>
    /// <param name="version">The version; 0: it must not exist.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is negative.</exception>
    public GroupTransaction Require<TState>(StateReference<TState> state, long version)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        _conditions.Add(visitor => visitor.Require(state, version));
        return this;
    }

    /// <summary>Nothing is to happen unless the state exists before the transaction, with whatever version.</summary>
    public GroupTransaction RequireExists<TState>(StateReference<TState> state)
    {
        _conditions.Add(visitor => visitor.Require(state, version: null));
        return this;
    }

    /// <summary>Replaces the whole state.</summary>
    public GroupTransaction Write<TState>(StateReference<TState> state, TState value)
    {
        _steps.Add(visitor => visitor.Write(state, value));
        return this;
    }

    /// <summary>Deletes the state, if it exists.</summary>
    public GroupTransaction Clear<TState>(StateReference<TState> state)
    {
        _steps.Add(visitor => visitor.Clear(state));
        return this;
    }

    /// <summary>Runs an operation on the state. When it throws, the whole transaction is rejected.</summary>
    public GroupTransaction Apply<TState, TResult>(StateReference<TState> state, IReplicatedOperation<TState, TResult> operation) =>
        Apply(state, operation, out _);

    /// <summary>Runs an operation on the state. When it throws, the whole transaction is rejected.</summary>
    /// <param name="state">The state.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="step">Finds the operation's result in <see cref="TransactionResult.ResultOf"/>.</param>
    public GroupTransaction Apply<TState, TResult>(
        StateReference<TState> state, IReplicatedOperation<TState, TResult> operation, out TransactionStep<TResult> step)
    {
        ArgumentNullException.ThrowIfNull(operation);
        step = new TransactionStep<TResult>(_operations++);
        _steps.Add(visitor => visitor.Apply(state, operation));
        return this;
    }

    /// <summary>Shows the conditions, then the steps.</summary>
    internal void Accept(ITransactionVisitor visitor)
    {
        foreach (var part in _conditions)
            part(visitor);
        foreach (var part in _steps)
            part(visitor);
    }
}
