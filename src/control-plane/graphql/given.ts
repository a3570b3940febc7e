/** GraphQL tells an argument of null from none; an empty text is neither, and names nothing. */
export const isGiven = <T>(value: T): value is NonNullable<T> => value !== null && value !== undefined;
