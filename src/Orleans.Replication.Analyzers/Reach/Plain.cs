using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Orleans.Replication.Analyzers.Reach;

/// <summary>Takes off what does not change a value: conversions that the language makes, and parentheses.</summary>
internal static class Plain
{
    public static IOperation Of(IOperation operation)
    {
        while (true)
            switch (operation)
            {
                case IConversionOperation { OperatorMethod: null } conversion:
                    operation = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                default:
                    return operation;
            }
    }
}
