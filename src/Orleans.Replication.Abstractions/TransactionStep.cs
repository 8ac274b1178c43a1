namespace Orleans.Replication;

/// <summary>An operation in a <see cref="GroupTransaction"/>, by which its result is found.</summary>
/// <param name="Operation">Which operation of the transaction, from 0.</param>
/// <typeparam name="TResult">The operation's result.</typeparam>
public readonly record struct TransactionStep<TResult>(int Operation);
