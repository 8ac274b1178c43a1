namespace Orleans.Replication.Transactions;

/// <summary>Is shown the parts of a <see cref="GroupTransaction"/>, the conditions before the steps.</summary>
internal interface ITransactionVisitor
{
    /// <summary>A condition; a null version for any but 0.</summary>
    void Require<TState>(in StateReference<TState> state, long? version);

    /// <summary>A write of the whole state.</summary>
    void Write<TState>(in StateReference<TState> state, TState value);

    /// <summary>A deletion.</summary>
    void Clear<TState>(in StateReference<TState> state);

    /// <summary>An operation.</summary>
    void Apply<TState, TResult>(in StateReference<TState> state, IReplicatedOperation<TState, TResult> operation);
}
