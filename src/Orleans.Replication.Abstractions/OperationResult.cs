namespace Orleans.Replication;

/// <summary>What an operation gives back. Made from a tuple: <c>return (newState, result);</c></summary>
/// <param name="State">The state afterwards.</param>
/// <param name="Result">What the caller gets.</param>
/// <typeparam name="TState">The state.</typeparam>
/// <typeparam name="TResult">The result.</typeparam>
public readonly record struct OperationResult<TState, TResult>(TState State, TResult Result)
{
    /// <summary>Makes the result from a tuple of the new state and what the caller gets.</summary>
    public static implicit operator OperationResult<TState, TResult>((TState State, TResult Result) outcome) =>
        new(outcome.State, outcome.Result);
}
