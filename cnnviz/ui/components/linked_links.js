// What belongs together, in rows and columns of the padded input.

const clamp = (n, last) => Math.max(0, Math.min(last, n))

const range = (count) => Array.from({ length: count }, (_, i) => i)

const pairs = (rows, columns) => rows.flatMap((row) => columns.map((column) => [row, column]))

// The cell that weight (i, j) meets in the window of an output.
const metIn = ({ stride, dilation }, [row, column], [i, j]) => [
  row * stride[0] + i * dilation[0],
  column * stride[1] + j * dilation[1],
]

const weightsOf = ({ kernel }) => pairs(range(kernel[0]), range(kernel[1]))
const outputsOf = ({ output }) => pairs(range(output[0]), range(output[1]))

// Every output that an input cell feeds, with the weight it meets there.
const fedBy = (shape, cell) => {
  const along = (axis) =>
    range(shape.kernel[axis]).flatMap((k) => {
      const place = (cell[axis] - k * shape.dilation[axis]) / shape.stride[axis]
      return Number.isInteger(place) && place >= 0 && place < shape.output[axis] ? [[place, k]] : []
    })
  return pairs(along(0), along(1)).map(([[row, i], [column, j]]) => ({
    output: [row, column],
    weight: [i, j],
  }))
}

const extentOf = ({ kernel, dilation }) =>
  kernel.map((size, axis) => (size - 1) * dilation[axis] + 1)
